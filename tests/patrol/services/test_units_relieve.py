"""units_relieve: at the change of watch the next one takes the units over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from boshan_police.kernel.errors import Refused
from patrol.models import Unit
from patrol.services.unit import units_relieve
from patrol.watches import watch_end


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ((2026, 11, 23, 23, 59), (2026, 11, 24, 0)),  # 07:59 in Shanghai
        ((2026, 11, 24, 0, 0), (2026, 11, 24, 12)),  # 08:00: the day watch has begun
        ((2026, 11, 24, 11, 59), (2026, 11, 24, 12)),
        ((2026, 11, 24, 12, 0), (2026, 11, 25, 0)),  # 20:00, until the next morning
        ((2026, 11, 24, 17, 0), (2026, 11, 25, 0)),  # 01:00 of the next day
    ],
)
def test_watches_change_at_eight(at: tuple[int, ...], end: tuple[int, ...]) -> None:
    assert watch_end(datetime(*at, tzinfo=UTC)) == datetime(*end, tzinfo=UTC)


def test_who_is_on_duty_goes_on(world: SimpleNamespace, clock_at: Callable[[datetime], datetime]) -> None:
    now = clock_at(datetime(2026, 11, 24, 12, 5, tzinfo=UTC))
    over = now - timedelta(minutes=5)
    Unit.objects.filter(pk__in=[world.east_car.pk, world.east_foot.pk]).update(duty_until=over)
    Unit.objects.filter(pk=world.east_foot.pk).update(status=Unit.Status.OFF_DUTY)
    later = now + timedelta(hours=1)
    Unit.objects.filter(pk=world.south_car.pk).update(duty_until=later)
    assert units_relieve(actor=world.dispatcher) == 1
    ends = dict(Unit.objects.values_list("call_sign", "duty_until"))
    assert ends["城东01"] == datetime(2026, 11, 25, 0, tzinfo=UTC)
    assert (ends["城东03"], ends["山头01"], ends["城东02"]) == (over, later, None)
    assert units_relieve(actor=world.dispatcher) == 0


def test_not_for_officers(world: SimpleNamespace) -> None:
    with pytest.raises(Refused):
        units_relieve(actor=world.east_officer)
