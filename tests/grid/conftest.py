"""The administrator at a desk, and a row of everything that a table holds."""

from datetime import timedelta

import pytest
from django.test import Client
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from dispatch.models import Category, PlanNeed, ResponsePlan
from grid.models import Duty, Organisation, Person, User
from patrol.models import Unit
from tests.world import EAST


@pytest.fixture
def office(world):
    """The administrator's browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def full(world):
    """A row of everything, with what is awkward in a file."""
    plan = ResponsePlan.objects.create(category=None, priority=1)
    PlanNeed.objects.create(plan=plan, kinds=["car", "foot"], count=1)
    PlanNeed.objects.create(plan=plan, kinds=["guard"], capability="crowd", count=2)
    ResponsePlan.objects.create(category=world.fight, priority=2)
    Unit.objects.filter(pk=world.east_car.pk).update(capabilities=["armed", "drone"])
    Unit.objects.filter(pk=world.east_foot.pk).update(call_sign="=cmd|'/c calc'!A1", station=None)
    Organisation.objects.filter(pk=EAST).update(lat=36.5, lon=-0.5)
    Category.objects.filter(pk="noise").update(active=False, follow_up_hours=24, name='噪音,“扰民”"')
    User.objects.filter(pk=world.guard.pk).update(phone="+8613800000612")
    Person.objects.create(number="007", name="李青", kind="auxiliary", organisation_id=EAST, phone="-1")
    now = clock.now()
    Duty.objects.create(person=world.watch, period=DateTimeTZRange(now, now + timedelta(hours=12)))
