"""Forces."""

from datetime import timedelta

import factory

from boshan_police.kernel import clock
from patrol.models import Device, Unit

from .ground import OrganisationFactory


class UnitFactory(factory.django.DjangoModelFactory):
    """A free car of a station, on its ground, seen five seconds ago."""

    class Meta:
        model = Unit

    call_sign = factory.Sequence(lambda n: f"试验{n:02d}")
    kind = Unit.Kind.CAR
    organisation = factory.SubFactory(OrganisationFactory)
    station = factory.SelfAttribute("organisation")
    status = Unit.Status.FREE
    lat = 36.50
    lon = 117.88
    position_at = factory.LazyFunction(lambda: clock.now() - timedelta(seconds=5))
    updated_at = factory.LazyFunction(clock.now)


class DeviceFactory(factory.django.DjangoModelFactory):
    """An active tracker of a car, in WGS-84, without a token: `DeviceFactory(unit=…, identifier="radio-1")`."""

    class Meta:
        model = Device

    identifier = factory.Sequence(lambda n: f"device-{n}")
    unit = factory.SubFactory(UnitFactory)
