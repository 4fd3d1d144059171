"""A small district for benchmarks: one bureau, stations, accounts, and as many rows as are asked for."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from knox.models import AuthToken

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import STAGE_OF, Level, Status, Step
from dispatch.models import Assignment, Category, Escalation, Incident
from grid.models import Grid, Organisation, User
from patrol.models import Unit

STATIONS = 13
GRIDS = 696
_SAID = "报警人称多人在市场东门因停车发生争吵，其中一人情绪激动，现场有群众围观，请尽快派人到场处置"
_ADDRESS = "博山区中心路农贸市场东门往北{}米路西{}号"


def plant_ground() -> dict[str, User]:
    """Organisations, grids, one category, one account per centre role and per station; {username: account}."""
    bureau = Organisation.objects.create(
        code="370304000000",
        kind="bureau",
        name="分局",
        name_en="Bureau",
        short_name="局",
        short_name_en="Bureau",
    )
    stations = Organisation.objects.bulk_create(
        Organisation(
            code=_station(index), kind="station", name=f"第{index}派出所", name_en=f"Station {index}",
            short_name=f"{index}所", short_name_en=f"St {index}", parent=bureau,
        )
        for index in range(1, STATIONS + 1)
    )  # fmt: skip
    Grid.objects.bulk_create(
        Grid(
            code=f"城东-{index:03}", station=stations[index % STATIONS], community_code=f"370304{index % 180:06}",
            community=f"第{index % 180}社区", boundary={}, lat=36.5, lon=117.9,
        )
        for index in range(GRIDS)
    )  # fmt: skip
    Category.objects.create(
        code="dispute", group="dispute", name="纠纷", name_en="Dispute", initials="jf", priority=2
    )
    unusable = make_password(None)
    people = [("dispatcher", Role.DISPATCHER, bureau), ("watch_commander", Role.WATCH_COMMANDER, bureau)]
    people += [(f"station{index}", Role.STATION_OFFICER, each) for index, each in enumerate(stations, 1)]
    accounts = User.objects.bulk_create(
        User(username=username, name=username, role=role, organisation=organisation, password=unusable)
        for username, role, organisation in people
    )
    forget_all()
    return {account.username: account for account in accounts}


def token_of(user: User) -> str:
    """A fresh token of `user`, as it stands after `Token ` in the header."""
    return str(AuthToken.objects.create(user=user)[1])


def plant_units(count: int, stations: Sequence[str] = ()) -> list[Unit]:
    """`count` units at random places, free, with fresh positions; of `stations` (codes), else of `plant_ground`'s."""
    codes = stations or [_station(index) for index in range(STATIONS)]
    dice, now = random.Random(1), clock.now()  # noqa: S311 - the same world each time
    units = (
        Unit(
            call_sign=f"巡组{index:04}", kind=dice.choice(Unit.Kind.values),
            organisation_id=codes[index % len(codes)], station_id=codes[index % len(codes)], status=Unit.Status.FREE, capabilities=["调解", "急救"][: index % 3],
            lat=_near(dice, 36.5), lon=_near(dice, 117.9), updated_at=now - timedelta(hours=1),
            position_at=now - timedelta(seconds=dice.uniform(0, 60)),
        )
        for index in range(count)
    )  # fmt: skip
    return Unit.objects.bulk_create(units, batch_size=10_000)  # one statement for all would outlast the limit


def plant_incidents(count: int, units: list[Unit], category: str = "dispute") -> None:
    """`count` open incidents: a third in the queue, the others each with a unit of `units`; every eighth escalated."""
    dice, now = random.Random(2), clock.now()  # noqa: S311 - the same world each time
    grids = list(Grid.objects.all())
    incidents = Incident.objects.bulk_create(
        _incident(index, dice, now, grids[index % len(grids)], category=category) for index in range(count)
    )
    Assignment.objects.bulk_create(
        Assignment(
            incident=incident, unit=unit, step=incident.status,
            dispatched_at=now, accepted_at=now, departed_at=now, arrived_at=now, created_at=now,
        )
        for incident, unit in zip((row for row in incidents if row.status != Status.REPORTED), units, strict=False)
    )  # fmt: skip
    raised = Escalation.objects.bulk_create(
        Escalation(
            incident=incident, generation=1, stage=incident.stage, level=Level.COMMAND_CENTRE, raised_at=now,
            next_level=Level.WATCH_COMMANDER, next_at=now,
        )
        for incident in incidents[::8]
    )  # fmt: skip
    for escalation in raised:
        escalation.incident.escalation = escalation
    Incident.objects.bulk_update([each.incident for each in raised], ["escalation"])


def plant_history(count: int) -> None:
    """`count` closed incidents of the past, so that an open one has to be found among them."""
    dice, now = random.Random(3), clock.now() - timedelta(days=30)  # noqa: S311 - the same world each time
    grid = Grid.objects.first()
    rows = [_incident(index, dice, now, grid, prefix="37030420251") for index in range(count)]
    for row in rows:
        row.status, row.stage, row.closed_at = Status.CLOSED, "", now
    Incident.objects.bulk_create(rows, batch_size=2000)


def _incident(
    index: int,
    dice: random.Random,
    now: datetime,
    grid: Grid,
    *,
    prefix: str = "37030420261",
    category: str = "dispute",
) -> Incident:
    status = (Status.REPORTED, Step.ACCEPTED, Step.ON_SCENE)[index % 3]
    since = now - timedelta(seconds=dice.uniform(0, 3600))
    return Incident(
        number=f"{prefix}{index:07}", category_id=category, priority=1 + index % 4, status=status,
        summary=_SAID[dice.randrange(12) :], address=_ADDRESS.format(dice.randrange(900), dice.randrange(200)),
        lat=_near(dice, 36.5), lon=_near(dice, 117.9), grid=grid, station_id=grid.station_id,
        reported_at=since, stage=STAGE_OF[Status(status)], stage_since=since, limit_at=since + timedelta(seconds=60),
        version=3, updated_at=since, created_at=since,
    )  # fmt: skip


def _near(dice: random.Random, degrees: float) -> float:
    return round(degrees + dice.uniform(-0.2, 0.2), 6)


def _station(index: int) -> str:
    return f"3703040{index % STATIONS or STATIONS:05}"
