"""Pre-flight and the duty roster: whom an escalation reaches, and the hours in which it reaches nobody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from dispatch.lifecycle import Level
from dispatch.models import Incident, Notice
from dispatch.selectors.preflight import preflight
from dispatch.services.timer import timers_sweep
from grid.models import Contact, Duty, Gateway, User
from grid.selectors.duty import on_duty
from tests.world import EAST, SOUTH

START = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def duty(person: User, since: float, until: float) -> None:
    Duty.objects.create(person=person, period=DateTimeTZRange(hours(since), hours(until)))


def test_without_a_roster_all_are_reached(world: SimpleNamespace) -> None:
    assert preflight(START) == []
    assert on_duty(Role.STATION_COMMANDER, EAST, START) == [world.east_commander]


def test_a_roster_reaches_who_is_on_it_and_names_its_gap(
    world: SimpleNamespace, django_assert_max_num_queries: Callable[..., object]
) -> None:
    duty(world.east_commander, -12, 24)
    duty(world.east_commander, 30, 24 * 7)
    preflight(START)  # the organisations are held in the process from now on
    with django_assert_max_num_queries(5):  # the first asks once a second whether those moved on
        gaps = preflight(START)
    (gap,) = gaps
    assert (gap.level, gap.station, gap.vacant) == (Level.STATION_COMMANDER, EAST, False)
    assert (gap.since, gap.until, gap.hours) == (hours(24), hours(30), 6)
    assert gap.steps == 3  # one step of each of the world's policies
    assert on_duty(Role.STATION_COMMANDER, EAST, hours(1)) == [world.east_commander]
    assert on_duty(Role.STATION_COMMANDER, EAST, hours(25)) == []
    assert on_duty(Role.STATION_COMMANDER, EAST, hours(24)) == []  # the end is exclusive


def test_a_vacant_role_is_named_for_all_days(world: SimpleNamespace) -> None:
    User.objects.filter(pk=world.south_commander.pk).update(is_active=False)
    (gap,) = preflight(START)
    assert (gap.station, gap.vacant, gap.since, gap.until) == (SOUTH, True, START, hours(24 * 7))


def test_a_roster_that_ended_long_ago_counts_no_more(world: SimpleNamespace) -> None:
    duty(world.watch, -24 * 30, -24 * 29)
    assert preflight(START) == []
    assert on_duty(Role.WATCH_COMMANDER, None, START) == [world.watch]


def test_who_is_told_on_the_screen_alone_is_named_once_the_bureau_uses_channels(
    world: SimpleNamespace,
) -> None:
    duty(world.watch, 0, 12)
    other = User.objects.create(
        username="watch_2", name="钱安", role=Role.WATCH_COMMANDER, organisation=world.watch.organisation
    )
    duty(other, 12, 24 * 7)
    gateway = Gateway.objects.create(name="SMS", url="http://sms.intranet/", secret="whsec_x")
    for person in (world.dispatcher, world.east_commander, world.south_commander, world.watch):
        Contact.objects.create(person=person, channel="webhook", gateway=gateway, address=person.username)
    (gap,) = preflight(START)
    assert (gap.level, gap.without, gap.vacant) == (Level.WATCH_COMMANDER, ("钱安",), False)
    assert (gap.since, gap.until) == (hours(12), hours(24 * 7))
    Gateway.objects.update(active=False)
    assert preflight(START) == []  # nobody has a channel: the page says so once


def test_pre_flight_says_what_a_fired_timer_does(
    world: SimpleNamespace, file: Callable[..., Incident], clock_at: Callable[[datetime], datetime]
) -> None:
    now = clock.now()
    period = DateTimeTZRange(now + timedelta(hours=1), now + timedelta(hours=9))
    Duty.objects.create(person=world.east_commander, period=period)
    assert preflight(now)[0].since == now
    incident = file()
    clock_at(now + timedelta(seconds=31))
    timers_sweep()
    codes = list(incident.timeline.values_list("code", flat=True))
    assert "escalation.skipped" in codes  # the station's commander is not on duty: the centre is told at once
    assert set(Notice.objects.values_list("recipient__role", flat=True)) == {Role.DISPATCHER}


@pytest.mark.parametrize(
    ("who", "status"), [("dispatcher", 200), ("watch", 200), ("admin", 200), ("east_officer", 403)]
)
def test_the_page_shows_pictures_and_gaps(
    world: SimpleNamespace, client: object, who: str, status: int
) -> None:
    User.objects.filter(pk=world.south_commander.pk).update(is_active=False)
    client.force_login(getattr(world, who))  # type: ignore[attr-defined]
    answer = client.get("/policies/", headers={"Accept-Language": "en"})  # type: ignore[attr-defined]
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert "Nobody holds this role" in page
        assert "data-policy=" in page
