"""Tables in and out of the administration: what is exported is taken back, and a wrong cell leaves everything alone."""

import io
import json

import pytest
from django.test import Client

from boshan_police.kernel.models import AuditEntry
from dispatch.models import Category, Policy, ResponsePlan
from grid.models import Duty, Organisation, Person, User
from patrol.models import Unit
from tests.factories import AccountFactory
from tests.grid.tables import UNITS, hand_in, write, wrong
from tests.world import EAST, SOUTH

TABLES = {
    "patrol/unit": Unit,
    "dispatch/category": Category,
    "dispatch/responseplan": ResponsePlan,
    "dispatch/policy": Policy,
    "grid/organisation": Organisation,
    "grid/user": User,
    "grid/person": Person,
    "grid/duty": Duty,
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_goes_out_in_chinese_comes_back_in_english_and_changes_nothing(
    office, world, full, table, ending
):
    file = office.get(f"/admin/{table}/table.{ending}", headers={"Accept-Language": "zh-hans"})
    page = hand_in(office, table, file.content, f"t.{ending}")
    assert wrong(page) == []
    assert (page.context["added_count"], page.context["changed_count"]) == (0, 0)
    assert page.context["same"] == TABLES[table].objects.count() > 0
    assert "Nothing changes" in page.content.decode()
    assert AuditEntry.objects.get(code="table.exported").actor == world.admin


def test_new_and_changed_units_are_shown_and_then_written_and_audited_like_by_hand(office, world, full):
    text = (
        UNITS
        + f"城东01,traffic,{EAST},山头,“x”、armed,4\n城东０９,警车,城东,{EAST},,2\n城东02,car,{EAST},{EAST},,2\n"
    )
    page = hand_in(office, "patrol/unit", text)
    assert wrong(page) == []
    assert [(c.row, c.key, c.new) for c in page.context["changed"]] == [(2, "城东01", False)]
    assert ("Kind", "Police car", "Traffic police") in page.context["changed"][0].cells
    assert ("Station", EAST, SOUTH) in page.context["changed"][0].cells
    assert [(c.row, c.key) for c in page.context["added"]] == [(3, "城东09")]
    assert page.context["same"] == 1
    assert not Unit.objects.filter(call_sign="城东09").exists()

    page = write(office, page)
    assert page.context["kept"]["done"] == {"added": 1, "changed": 1, "same": 1}
    assert "1 added, 1 changed" in page.content.decode()
    new = Unit.objects.get(call_sign="城东09")
    assert (new.organisation_id, new.members, new.status) == (EAST, 2, "off_duty")
    car = Unit.objects.get(pk=world.east_car.pk)
    assert (car.kind, car.station_id, car.capabilities, car.status) == (
        "traffic",
        SOUTH,
        ["“x”", "armed"],
        "free",
    )
    assert car.version == world.east_car.version + 1
    entry = AuditEntry.objects.get(code="configuration.changed")
    assert (entry.actor, entry.target) == (world.admin, f"unit {car.pk}")
    assert entry.details["what"][-1]["values"]["members"] == ["2", "4"]
    assert AuditEntry.objects.get(code="configuration.added").target == f"unit {new.pk}"
    assert AuditEntry.objects.get(code="table.imported").details == {
        "file": "table.csv",
        "added": 1,
        "changed": 1,
        "same": 1,
    }
    write(office, page) if page.context.get("here") else None
    assert Unit.objects.filter(call_sign="城东09").count() == 1


def test_every_wrong_cell_is_named_and_nothing_is_written(office, world):
    text = UNITS + "\n".join(
        [
            f"城东01,tank,{EAST},,,two",
            f"新01,car,999,{EAST},,2",
            f"新02,car,{EAST},,,-1",
            f",car,{EAST},,,2",
            f"新03,car,{EAST},,,2",
            f"新03,car,{EAST},,,3",
            f"{'长' * 10_001},car,{EAST},,,2",
            f"{'长' * 9_000},car,{EAST},,,2",
            f"新\x0704,car,{EAST},,,2",
            f"新\u202e05,car,{EAST},,,2",
            "新06,,,,,２",
            f"🚓07,car,{EAST},,,2",
        ]
    )
    page = hand_in(office, "patrol/unit", text)
    found = wrong(page)
    assert [(row, column) for row, column, _value, _words in found] == [
        (2, "Kind"), (2, "Members"), (3, "Organisation"), (4, "Members"), (5, "Call sign"), (7, "Call sign"),
        (8, "Call sign"), (9, "Call sign"), (10, "Call sign"), (11, "Call sign"), (12, "Kind"), (12, "Organisation"),
    ]  # fmt: skip
    words = {(row, column): words for row, column, _value, words in found}
    assert "“tank” is not one of Police car, Foot patrol" in words[2, "Kind"]
    assert "“999” is not known" in words[3, "Organisation"]
    assert "row 6" in words[7, "Call sign"]
    assert "U+0007" in words[10, "Call sign"]
    assert "at most 30 characters (it has 9000)" in words[9, "Call sign"]
    assert all(len(value) <= 40 for _row, _column, value, _words in found)
    before = Unit.objects.count()
    assert office.post(page.context["here"], follow=True).context["error_count"] == len(found)
    assert Unit.objects.count() == before
    assert not AuditEntry.objects.filter(code__startswith="configuration.").exists()


def test_a_chinese_reader_reads_chinese(office, world):
    page = office.get("/admin/patrol/unit/table/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "呼号" in page


# --- In between, and who may --------------------------------------------------------------------------------


def test_what_has_changed_since_the_preview_is_not_written_over(office, world):
    page = hand_in(office, "dispatch/category", "code,preset priority\nnoise,3\nfight,2\n")
    Category.objects.filter(pk="noise").update(priority=1)
    page = write(office, page)
    assert "has changed since this preview" in page.content.decode()
    assert Category.objects.get(pk="fight").priority == 1
    assert ("Preset priority", "1", "3") in page.context["changed"][-1].cells + page.context["changed"][
        0
    ].cells
    write(office, page)
    assert Category.objects.get(pk="noise").priority == 3


def test_rows_that_exclude_each_other_are_found_before_anything_is_written(office, world):
    turns = (
        "person,from,to\nwatch,2026-12-01 08:00,2026-12-01 20:00\nwatch,2026-12-01 12:00,2026-12-02 08:00\n"
    )
    page = hand_in(office, "grid/duty", turns)
    assert [each[0] for each in wrong(page)] == [3]
    names = "code,name\nnoise,盗窃\n"
    assert [each[:2] for each in wrong(hand_in(office, "dispatch/category", names))] == [(2, "Name")]
    circle = f"code,parent\n{EAST},{SOUTH}\n{SOUTH},{EAST}\n"
    assert wrong(hand_in(office, "grid/organisation", circle))[0][:2] == (3, "Parent")


def test_a_tree_may_come_in_one_file_and_accounts_without_passwords(office, world):
    tree = (
        "code,kind,name,name in English,short name,short name in English,parent\n"
        "370304600000,station,新所,New station,新所,New,370304000000\n"
        "370304600100,guard squadron,新所中队,New squadron,新队,New squad,370304600000\n"
    )
    page = hand_in(office, "grid/organisation", tree)
    assert wrong(page) == []
    write(office, page)
    assert Organisation.objects.get(pk="370304600100").parent_id == "370304600000"
    people = "username,name,role,organisation,active\nnew01,新人,民警,新所,yes\n"
    page = hand_in(office, "grid/user", people.replace("民警", "Station officer"))
    assert wrong(page) == []
    write(office, page)
    account = User.objects.get(username="new01")
    assert not account.has_usable_password()
    assert (account.role, account.is_superuser) == ("station_officer", False)
    own = "username,role\nadmin,dispatcher\n"
    assert "Ask another administrator" in wrong(hand_in(office, "grid/user", own))[0][3]


@pytest.mark.parametrize("who", ["dispatcher", "watch", "east_commander"])
def test_others_are_refused_and_it_is_audited(world, office, who):
    page = hand_in(office, "patrol/unit", UNITS + f"新01,car,{EAST},,,2\n")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(getattr(world, who), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/patrol/unit/table.csv").status_code == 403
    assert client.post("/admin/patrol/unit/table/", {}).status_code == 403
    assert client.post(page.context["here"]).status_code == 403
    assert AuditEntry.objects.filter(code="access.refused", actor=getattr(world, who)).count() == 3
    assert not Unit.objects.filter(call_sign="新01").exists()
    assert Client().get("/admin/patrol/unit/table.csv").status_code == 302


def test_another_administrators_preview_is_not_ones_own(world, office):
    page = hand_in(office, "patrol/unit", UNITS + f"新01,car,{EAST},,,2\n")
    other = AccountFactory(role="administrator", organisation_id=EAST)
    client = Client()
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page.context["here"]).status_code == 404
    assert office.get(page.context["here"].replace("patrol/unit", "grid/person")).status_code == 404


def test_progress_comes_line_by_line(world, office):
    rows = "".join(f"新{n:03d},car,{EAST},,,2\n" for n in range(120))
    file = io.BytesIO((UNITS + rows).encode())
    file.name = "t.csv"
    answer = office.post(
        "/admin/patrol/unit/table/", {"file": file}, headers={"Accept": "application/x-ndjson"}
    )
    lines = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert [line.get("row") for line in lines] == [0, 2, 52, 102, None]
    assert office.get(lines[-1]["go"]).context["added_count"] == 120
    answer = office.post(lines[-1]["go"], headers={"Accept": "application/x-ndjson"})
    assert json.loads(answer.getvalue().splitlines()[-1]) == {"go": lines[-1]["go"]}
    assert Unit.objects.filter(call_sign__startswith="新").count() == 120
    answer = office.post("/admin/patrol/unit/table/", {}, headers={"Accept": "application/x-ndjson"})
    assert json.loads(answer.getvalue())["error"]["message"] == "Choose a file."


def test_rows_that_stay_cost_no_queries(world, office, django_assert_max_num_queries):
    file = office.get("/admin/patrol/unit/table.csv").content
    with django_assert_max_num_queries(14):
        hand_in(office, "patrol/unit", file)


def test_new_rows_cost_three_queries_each(world, office, django_assert_max_num_queries):
    rows = "".join(f"新{n:03d},car,{EAST},{SOUTH},,2\n" for n in range(30))
    with django_assert_max_num_queries(20 + 3 * 30):
        assert hand_in(office, "patrol/unit", UNITS + rows).context["added_count"] == 30
