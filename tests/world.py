"""The named cast of the tests: two stations side by side, their grids, crews and people, the command centre above.

East (城东) lies west of longitude 117.90 and South (山头) east of it, so that one point tells the station.
"""

from datetime import timedelta
from types import SimpleNamespace

from boshan_police.kernel import clock
from boshan_police.kernel.access import Role
from boshan_police.kernel.reference import forget_all
from dispatch.lifecycle import Stage
from dispatch.models import Category, Policy, PolicyStep
from grid.models import Grid, Organisation, User
from patrol.models import Unit

from .factories import AccountFactory, GridFactory

PASSWORD = "plain-test-password"
EAST, SOUTH = "370304510000", "370304530000"
GUARDS = "370304510101"
IN_EAST = {"lat": 36.50, "lon": 117.88}
IN_SOUTH = {"lat": 36.50, "lon": 117.92}
OUTSIDE = {"lat": 39.90, "lon": 116.40}

_ORGANISATIONS = [
    ("370304000000", Organisation.Kind.BUREAU, "博山分局", "Boshan Bureau", None),
    ("370304010000", Organisation.Kind.COMMAND_CENTRE, "指挥中心", "Command centre", "370304000000"),
    (EAST, Organisation.Kind.STATION, "城东", "Chengdong", "370304000000"),
    (SOUTH, Organisation.Kind.STATION, "山头", "Shantou", "370304000000"),
    (GUARDS, Organisation.Kind.GUARD_SQUADRON, "城东中队", "Chengdong squadron", EAST),
]
_ACCOUNTS = [
    ("dispatcher", "王知远", Role.DISPATCHER, "370304010000"),
    ("watch", "赵守一", Role.WATCH_COMMANDER, "370304010000"),
    ("east_commander", "孙立", Role.STATION_COMMANDER, EAST),
    ("east_officer", "李青", Role.STATION_OFFICER, EAST),
    ("east_officer_2", "周明", Role.STATION_OFFICER, EAST),
    ("east_grid", "吴芳", Role.GRID_OFFICER, EAST),
    ("south_commander", "郑平", Role.STATION_COMMANDER, SOUTH),
    ("south_officer", "冯远", Role.STATION_OFFICER, SOUTH),
    ("guard", "陈卫", Role.GUARD_LEADER, GUARDS),
    ("admin", "褚理", Role.ADMINISTRATOR, "370304000000"),
]
_UNITS = [
    ("east_car", "城东01", Unit.Kind.CAR, EAST, EAST),
    ("east_car_2", "城东02", Unit.Kind.CAR, EAST, EAST),
    ("east_foot", "城东03", Unit.Kind.FOOT, EAST, EAST),
    ("south_car", "山头01", Unit.Kind.CAR, SOUTH, SOUTH),
    ("south_car_2", "山头02", Unit.Kind.CAR, SOUTH, SOUTH),
    ("south_foot", "山头03", Unit.Kind.FOOT, SOUTH, SOUTH),
    ("squadron", "城东中队", Unit.Kind.GUARD, GUARDS, EAST),
]
_CATEGORIES = [
    ("fight", Category.Group.PUBLIC_ORDER, "打架斗殴", "Fight", "djdo", 1),
    ("theft", Category.Group.CRIME, "盗窃", "Theft", "dq", 2),
    ("noise", Category.Group.DISPUTE, "噪音扰民", "Noise", "zyrm", 4),
]
_GRIDS = [
    ("east_grid_1", "城东-001", EAST, 36.48, 117.86),
    ("east_grid_2", "城东-002", EAST, 36.52, 117.86),
    ("south_grid_1", "山头-001", SOUTH, 36.48, 117.90),
    ("south_grid_2", "山头-002", SOUTH, 36.52, 117.90),
]
_UNCLAIMED_AFTER = {1: (30, 60, 120), 2: (60, 120, 180), 4: (60, 120, 180)}
"""Priority → seconds. Other stages, and priority 3, have no limit here: a test that needs one adds it."""


def build_world() -> SimpleNamespace:
    """Write the cast; every account, unit, grid and category is an attribute by the name above. 8 statements."""
    forget_all()
    now = clock.now()
    world = SimpleNamespace()
    Organisation.objects.bulk_create(
        Organisation(
            code=code,
            kind=kind,
            name=name,
            name_en=name_en,
            short_name=name,
            short_name_en=name_en,
            parent_id=parent,
        )
        for code, kind, name, name_en, parent in _ORGANISATIONS
    )
    # A real password costs argon2 time; who signs in sets one (`sign_in_ready`).
    accounts = User.objects.bulk_create(
        AccountFactory.build(username=username, name=name, role=role, organisation=None, organisation_id=code)
        for username, name, role, code in _ACCOUNTS
    )
    grids = Grid.objects.bulk_create(
        GridFactory.build(code=code, station=None, station_id=station, south=south, west=west)
        for _name, code, station, south, west in _GRIDS
    )
    units = Unit.objects.bulk_create(
        Unit(
            call_sign=call_sign,
            kind=kind,
            organisation_id=organisation,
            station_id=station,
            status=Unit.Status.FREE,
            lat=36.50,
            lon=117.88 if station == EAST else 117.92,
            position_at=now - timedelta(seconds=5),
            updated_at=now,
        )
        for _name, call_sign, kind, organisation, station in _UNITS
    )
    categories = Category.objects.bulk_create(
        Category(code=code, group=group, name=name, name_en=name_en, initials=initials, priority=priority)
        for code, group, name, name_en, initials, priority in _CATEGORIES
    )
    policies = Policy.objects.bulk_create(
        Policy(category=None, priority=priority) for priority in _UNCLAIMED_AFTER
    )
    PolicyStep.objects.bulk_create(
        PolicyStep(policy=policy, stage=Stage.UNCLAIMED, seconds=seconds, level=level)
        for policy in policies
        for level, seconds in enumerate(_UNCLAIMED_AFTER[policy.priority], 1)
    )
    for names, rows in (
        (_ACCOUNTS, accounts), (_GRIDS, grids), (_UNITS, units), (_CATEGORIES, categories)
    ):  # fmt: skip
        for (name, *_), row in zip(names, rows, strict=True):
            setattr(world, name, row)
    forget_all()
    return world


def sign_in_ready(account: User) -> User:
    """Give `account` the test password."""
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    return account
