"""`manage.py seed`: the district at its real size, the same each time, made once."""

import time
from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from boshan_police.demo_world.accounts import demo_accounts, issue_demo_tokens, missing_accounts
from boshan_police.demo_world.configuration import categories
from boshan_police.demo_world.people import people, postings, runs, shares
from boshan_police.demo_world.territory import grids
from boshan_police.demo_world.units import units
from boshan_police.demo_world.world import seed_world
from boshan_police.kernel import clock, reference
from boshan_police.kernel.access import Role
from dispatch.lifecycle import Level, Stage
from dispatch.models import Category, IntakeTemplate, Policy, PolicyStep
from dispatch.selectors.policy import plan_for
from grid.models import Grid, Hazard, Organisation, Person, PlaceName, Posting, User
from grid.selectors.place_name import place_names_like
from grid.selectors.territory import territory
from grid.selectors.token import token_presented
from patrol.models import Device, Unit

MODELS = [
    Organisation,
    Grid,
    Person,
    Posting,
    Category,
    IntakeTemplate,
    Policy,
    PolicyStep,
    Unit,
    User,
    PlaceName,
    Hazard,
]
AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """Seconds the seeding took; the district stands for all tests of this file, then it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        start = time.perf_counter()
        seed_world(1)
        yield time.perf_counter() - start
        transaction.set_rollback(True)
    reference.forget_all()


@pytest.fixture(autouse=True)
def _undone(request):
    """What one test changes of the district, the next one does not see."""
    if "seeded" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("seeded")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    reference.forget_all()


def test_takes_less_than_ten_seconds(seeded):
    assert seeded < 10


def test_organisations(seeded):
    kinds = Counter(Organisation.objects.values_list("kind", flat=True))
    assert (kinds["bureau"], kinds["command_centre"], kinds["station"]) == (1, 1, 13)
    assert (kinds["guard_squadron"], kinds["rescue_team"]) == (60, 3)
    assert kinds["branch"] >= 5
    assert kinds["outside"] >= 3
    bureau = Organisation.objects.get(parent=None, kind="bureau")
    assert (bureau.code, bureau.short_name) == ("370304000000", "分局")
    for organisation in Organisation.objects.select_related("parent"):
        assert organisation.name
        assert organisation.name_en.isascii()
        if organisation.kind == "guard_squadron":
            assert organisation.parent.kind == "station"


def test_grids_and_their_people(seeded):
    assert Grid.objects.count() == 696
    kinds = Counter(Person.objects.values_list("kind", flat=True))
    assert kinds == {"community_officer": 51, "auxiliary": 63, "assistant": 265}
    serving = Counter(
        Posting.objects.filter(period__contains=clock.now()).values_list("grid_id", "person__kind")
    )
    assert len(serving) == 696 * 3  # each grid has somebody of each kind
    assert set(serving.values()) == {1}  # and nobody shares the responsibility
    assert not Posting.objects.exclude(grid__station=F("person__organisation")).exists()
    communities = Posting.objects.filter(person__kind="community_officer")
    officers = communities.values_list("grid__community_code", "person_id").distinct()
    assert len(officers) == len({code for code, _ in officers})  # one officer per community
    assert not Person.objects.filter(postings=None).exists()


def test_units(seeded):
    by_kind = Counter(Unit.objects.values_list("kind", flat=True))
    assert by_kind["guard"] == 60
    assert by_kind["rescue"] == 3
    assert by_kind["car"] + by_kind["foot"] + by_kind["traffic"] == 60
    assert {"城东01", "交管01", "特巡01", "陶镇中队"} <= set(Unit.objects.values_list("call_sign", flat=True))
    free = Unit.objects.filter(status="free").count()
    assert 0.7 < free / 123 < 0.95
    assert set(Unit.objects.values_list("status", flat=True)) == {"free", "off_duty"}
    now = clock.now()
    for unit in Unit.objects.all():
        assert 0 <= (now - unit.position_at).total_seconds() < 120
        place = territory().locate(unit.lat, unit.lon)
        assert place.inside
        assert unit.station_id in (place.station, None)
    for station in Organisation.objects.filter(kind="station"):
        own = Unit.objects.filter(organisation=station, status="free")
        assert own.count() >= 2, station.name


def test_categories(seeded):
    assert set(Category.objects.values_list("group", flat=True)) == set(Category.Group.values)
    fight = Category.objects.get(code="fight")
    assert (fight.name, fight.initials, fight.priority) == ("打架斗殴", "djdo", 1)
    assert 35 <= Category.objects.count() <= 50
    for category in Category.objects.all():
        assert category.code.isascii()
        assert category.initials.isalpha()
        assert category.initials.isascii()
        assert len(category.initials) == len(category.name)


def test_the_gazetteer_lies_where_it_says_and_three_letters_find_it(seeded):
    places = list(PlaceName.objects.all())
    assert 400 <= len(places) <= 1000
    ground = territory()
    for place in places:
        found = ground.locate(place.lat, place.lon)
        assert found.community == place.address.split()[0]
    assert place_names_like("tzx")[0].name == "陶镇小学"
    hazards = list(Hazard.objects.select_related("entered_by"))
    assert len(hazards) >= 10
    for hazard in hazards:
        assert ground.locate(hazard.lat, hazard.lon).station == hazard.entered_by.organisation_id
    assert {one.category_id for one in IntakeTemplate.objects.all()} >= {"collision", "fight", "fire"}


def test_policies(seeded):
    def seconds(priority, stage):
        return [(step.seconds, step.level) for step in plan_for("fight", priority).of(stage)]

    assert seconds(1, "unclaimed") == [(30, 1), (60, 2), (120, 3)]
    assert seconds(2, "unclaimed") == [(60, 1), (120, 2), (180, 3)]
    assert seconds(3, "unclaimed") == [(120, 1), (240, 2), (360, 3)]
    assert seconds(4, "unclaimed") == [(180, 1), (360, 2), (540, 3)]
    for priority in (1, 2, 3, 4):
        assert plan_for("fight", priority).follow_up_seconds == 300
        for stage in Stage.values:
            steps = seconds(priority, stage)
            assert [level for _, level in steps] == ([1] * (len(steps) - 3)) + list(Level.values)
            assert steps == sorted(steps)
            if priority > 1:  # graver is never slower
                assert steps >= seconds(priority - 1, stage)


def test_accounts(seeded):
    printed = demo_accounts()
    assert {account["role"] for account in printed} == set(Role.values)
    assert len(printed) == len(Role)
    for account in printed:
        user = User.objects.get(username=account["username"])
        assert user.check_password(account["password"])
        assert user.role == account["role"]
        assert user.is_superuser == user.is_staff == (account["role"] == "administrator")
    for role in ("station_commander", "station_officer"):
        assert User.objects.get(username=role).organisation.short_name == "城东"
    leader = User.objects.get(username="guard_leader")
    assert leader.organisation.kind == "guard_squadron"
    assert Unit.objects.filter(organisation=leader.organisation).exists()


def test_every_station_and_watch_is_manned(seeded):
    manned = Counter(User.objects.values_list("organisation__short_name", "role"))
    for station in Organisation.objects.filter(kind="station"):
        assert manned[station.short_name, "station_commander"] == 2  # one hands the watch over to the other
        assert manned[station.short_name, "station_officer"] == 2
    assert manned["指挥中心", "dispatcher"] == 3
    assert manned["指挥中心", "watch_commander"] == 2


def test_tokens(seeded):
    first, second = issue_demo_tokens(), issue_demo_tokens()
    for earlier, login in zip(first, second, strict=True):
        assert token_presented(login["token"]).user.username == login["username"]
        assert token_presented(earlier["token"]) is None  # replaced
    assert set(second[0]) == {"role", "username", "password", "token"}


def test_nobody_is_real(seeded):
    phones = [*User.objects.values_list("phone", flat=True), *Person.objects.values_list("phone", flat=True)]
    assert all(phone.startswith("0000") and len(phone) == 11 for phone in phones)
    assert len(set(phones)) == len(phones)


def state():
    return {model: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_a_second_run_changes_nothing(seeded):
    before = state()
    with CaptureQueriesContext(connection) as queries:
        made = seed_world(1)
    assert [row.made for row in made] == [0] * len(made)
    assert state() == before
    assert not [q for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_run_with_another_number_changes_nothing_either(seeded):
    before = state()
    seed_world(2)
    assert state() == before


def test_what_was_changed_by_hand_stays(seeded):
    Unit.objects.filter(call_sign="城东01").update(status="off_duty")
    PolicyStep.objects.filter(policy__priority=1, seconds=30).delete()
    Posting.objects.filter(grid__code="城东-001", person__kind="assistant").delete()
    Unit.objects.filter(call_sign="池上02").delete()
    before = state()
    made = {row.model: row.made for row in seed_world(1)}
    assert (made.pop(Unit), made.pop(Device)) == (1, 1)  # what is gone altogether comes back
    assert not any(made.values())
    after = state()
    assert after.pop(Unit) != before.pop(Unit)
    assert after == before


def values(rows):
    return [{k: v for k, v in vars(row).items() if not k.startswith("_")} for row in rows]


def test_the_same_number_the_same_world():
    weights = {"a": 72, "b": 40}
    assert values(units(1, AT)) == values(units(1, AT))
    assert values(units(1, AT)) != values(units(2, AT))
    assert values(people(1, weights)) == values(people(1, weights))
    assert values(people(1, weights)) != values(people(2, weights))
    assert values(grids()) == values(grids())
    assert values(categories()) == values(categories())


@pytest.mark.django_db
def test_the_same_number_the_same_colleagues():
    one, again, other = ([(u.username, u.name) for u in missing_accounts(n)] for n in (1, 1, 2))
    assert one == again
    assert one != other
    assert [username for username, _ in one] == [username for username, _ in other]


def test_shares_are_fair():
    assert shares({"a": 1, "b": 1, "c": 1}, 10) == {"a": 4, "b": 3, "c": 3}
    assert sum(shares({"a": 72, "b": 64, "c": 1}, 51).values()) == 51
    assert runs([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4, 5]]
    assert postings([], []) == []


def test_the_table_it_prints(seeded):
    out = StringIO()
    call_command("seed", stdout=out)
    text = out.getvalue()
    assert "696   unchanged" in text
    for account in demo_accounts():
        assert account["password"] in text


def test_production_refuses(seeded, settings):
    settings.PRODUCTION = True
    before = state()
    with pytest.raises(CommandError, match="--yes-demo-data"):
        call_command("seed", stdout=StringIO())
    assert state() == before
    call_command("seed", "--yes-demo-data", stdout=StringIO())
