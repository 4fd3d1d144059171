"""The gazetteer by file: all rows are checked, nothing changes before the second step, and then all or nothing."""

import io
import tracemalloc
import zipfile
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from boshan_police.kernel.errors import Conflict, Invalid, Refused
from boshan_police.kernel.models import AuditEntry
from grid.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from grid.models import PlaceName, PlaceNameFile
from grid.selectors.place_name import place_names_like
from grid.services.place_name import place_name_file_check, place_name_file_import, place_name_file_take
from tests.world import IN_EAST

HEAD = "名称,别名,地址,类别,纬度,经度,来源"
GOOD = f"{HEAD}\n窑火小区,陶瓷厂家属院,颜山路 12 号,小区,36.50,117.88,民政\n窑火小学,,,School,36.51,117.88,\n"


def take(
    world: SimpleNamespace, text: str | bytes, *, system: str = "wgs84", name: str = "names.csv"
) -> PlaceNameFile:
    content = text if isinstance(text, bytes) else text.encode()
    return place_name_file_take(
        actor=world.admin, file=io.BytesIO(content), name=name, size=len(content), system=system
    )


def test_nothing_before_the_second_step_and_then_it_is_found(world: SimpleNamespace) -> None:
    file = take(world, GOOD)
    checked = place_name_file_check(file)
    assert (checked.added, checked.changed, checked.same, checked.faults) == (2, 0, 0, [])
    assert not PlaceName.objects.exists()
    done = place_name_file_import(actor=world.admin, key=file.pk)
    assert (done.added, done.changed, done.rows) == (2, 0, [])
    assert [one.name for one in place_names_like("tccjsy")] == ["窑火小区"]
    assert PlaceName.objects.get(name="窑火小区").kind == "residential"  # by its name in the other language
    school = PlaceName.objects.get(name="窑火小学")
    assert (school.kind, school.source) == ("school", "names.csv")
    entry = AuditEntry.objects.get(code="configuration.imported")
    assert (entry.actor, entry.details["added"]) == (world.admin, 2)
    with pytest.raises(Conflict):
        place_name_file_import(actor=world.admin, key=file.pk)


def test_a_known_name_is_changed_the_same_left_none_removed(world: SimpleNamespace) -> None:
    place_name_file_import(actor=world.admin, key=take(world, GOOD).pk)
    PlaceName.objects.create(name="手工录入", lat=36.5, lon=117.9)
    file = take(world, GOOD.replace("陶瓷厂家属院", "老窑院"))
    checked = place_name_file_check(file)
    assert (checked.added, checked.changed, checked.same) == (0, 1, 1)
    place_name_file_import(actor=world.admin, key=file.pk)
    assert PlaceName.objects.count() == 3
    assert [one.name for one in place_names_like("lyy")] == ["窑火小区"]
    assert place_names_like("tccjsy") == []


@pytest.mark.parametrize(("system", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_coordinates_are_converted_once(world: SimpleNamespace, system: str, shift: Any) -> None:
    lat, lon = shift(IN_EAST["lat"], IN_EAST["lon"])
    file = take(world, f"name,lat,lon\n窑火小区,{lat},{lon}\n", system=system)
    place_name_file_import(actor=world.admin, key=file.pk)
    place = PlaceName.objects.get()
    assert (place.lat, place.lon) == pytest.approx((IN_EAST["lat"], IN_EAST["lon"]), abs=2e-6)


def test_every_fault_is_named_and_nothing_imported(world: SimpleNamespace) -> None:
    rows = [
        "好地方,,,other,36.5,117.9,",
        ",,,,36.5,117.9,",  # no name
        "没坐标,,,,,,",
        "远方,,,,96.5,117.9,",
        "非数,,,,北纬,117.9,",
        f"{'长' * 61},,,,36.5,117.9,",
        "怪类,,,palace,36.5,117.9,",
        "好地方,,,other,36.5,117.9,",  # again
        "响铃\x07,,,,36.5,117.9,",
        f"长址,,{'x' * 10_000},,36.5,117.9,",
    ]
    file = take(world, "\n".join([HEAD, *rows]))
    checked = place_name_file_check(file)
    assert [(fault.line, fault.column) for fault in checked.faults] == [
        (3, "名称"),
        (4, "纬度"),
        (4, "经度"),
        (5, "纬度"),
        (6, "纬度"),
        (7, "名称"),
        (8, "类别"),
        (9, "名称"),
        (10, "名称"),
        (11, "地址"),
    ]
    with pytest.raises(Invalid, match="faulty_rows"):
        place_name_file_import(actor=world.admin, key=file.pk)
    assert not PlaceName.objects.exists()


def test_gb18030_xlsx_full_width_digits_and_emoji(world: SimpleNamespace) -> None:
    gb = take(world, f"{HEAD}\n窑火小区,,,,36.5,117.9,\n".encode("gb18030"))
    assert [one.name for one in place_name_file_check(gb).names] == ["窑火小区"]
    book = openpyxl.Workbook()
    book.active.append(["经度", "纬度", "名称", "备注"])
    book.active.append([117.9, 36.5, "小吃街 🍜", "不读"])
    book.active.append([None, None, None, None])
    book.active.append(["１１７．９", "３６．５", "全角"])
    stream = io.BytesIO()
    book.save(stream)
    checked = place_name_file_check(take(world, stream.getvalue(), name="names.XLSX"))
    assert [(one.name, one.lat, one.lon) for one in checked.names] == [
        ("小吃街 🍜", 36.5, 117.9),
        ("全角", 36.5, 117.9),
    ]


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "code", "words"),
    [
        (b"", "a.csv", "table_file", "empty"),
        (b"name,lat\nx,1\n", "a.csv", "columns_missing", "lon"),
        (b"\x00\xff\xfe\x00", "a.csv", "table_file", "can't be read"),
        (b"PK\x03\x04 no archive", "a.xlsx", "table_file", "not an .xlsx"),
        (b"x" * (32 * 1024 * 1024 + 1), "a.csv", "table_file", "at most 32 MB"),
        (
            workbook(["name", "lat", "lon"], ["x", "=1+1", 117.9]),
            "a.xlsx",
            "table_file",
            "B2 holds a formula",
        ),
        (b"name,lat,lon\n" + b"x,1,1\n" * 200_001, "a.csv", "table_file", "more than 200,000 rows"),
    ],
)
def test_what_is_no_table(world: SimpleNamespace, content: bytes, name: str, code: str, words: str) -> None:
    with pytest.raises(Invalid, match=code) as caught:
        take(world, content, name=name)
    assert words in str(caught.value.message)
    assert not PlaceNameFile.objects.exists()


def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is(world: SimpleNamespace) -> None:
    """A claim of A1:XFD300 would make rows of 16,384 cells."""
    out, plain = io.BytesIO(), workbook(["name", "lat", "lon"], ["窑火小区", 36.5, 117.9])
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part, text.replace(b'<dimension ref="A1:C2"', b'<dimension ref="A1:XFD300"'))
    tracemalloc.start()
    file = take(world, out.getvalue(), name="a.xlsx")
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row["name"] for row in file.rows] == ["窑火小区"]
    assert most < 10 * 1024 * 1024


@pytest.mark.parametrize("sign", ["\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_separators_and_encodings(world: SimpleNamespace, sign: str, encoding: str) -> None:
    text = GOOD.replace(",", sign)
    assert place_name_file_check(take(world, text.encode(encoding))).added == 2


def test_administrators_alone(world: SimpleNamespace) -> None:
    file = take(world, GOOD)
    for person in (world.watch, world.east_commander):
        with pytest.raises(Refused):
            place_name_file_take(actor=person, file=io.BytesIO(), name="a.csv", size=0, system="wgs84")
        with pytest.raises(Refused):
            place_name_file_import(actor=person, key=file.pk)


def test_a_large_file_costs_few_queries(world: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    rows = [f"地名{n},,,,36.5,117.9," for n in range(2_500)]
    file = take(world, "\n".join([HEAD, *rows]))
    with django_assert_max_num_queries(13):  # file, names, three batches, file, trace, savepoints
        place_name_file_import(actor=world.admin, key=file.pk)


def test_the_keys_of_a_large_file_are_made_between_the_writes(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that says nothing for 30 s is ended by the database."""
    file = take(world, "\n".join([HEAD, *(f"地名{n},,,,36.5,117.9," for n in range(2_500))]))
    silent = [0]
    make_keys = PlaceName.make_keys

    def counted(name: PlaceName) -> None:
        silent[-1] += 1
        make_keys(name)

    def heard(execute: Any, *args: Any) -> Any:
        silent.append(0)
        return execute(*args)

    monkeypatch.setattr(PlaceName, "make_keys", counted)
    with connection.execute_wrapper(heard):
        place_name_file_import(actor=world.admin, key=file.pk)
    assert (sum(silent), max(silent)) == (2_500, 1_000)


@pytest.fixture
def office(world: SimpleNamespace) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_pages(world: SimpleNamespace, office: Client) -> None:
    take_page = reverse("admin:grid_placenamefile_take")
    assert "Check the file" in office.get(take_page).content.decode()
    wrong = office.post(take_page, {"file": SimpleUploadedFile("a.csv", b"nothing"), "system": "wgs84"})
    assert wrong.status_code == 400
    assert "The first line lacks" in wrong.content.decode()
    faulty = {"file": SimpleUploadedFile("a.csv", f"{HEAD}\n,,,,1,1,".encode()), "system": "gcj02"}
    page = office.post(take_page, faulty, follow=True).content.decode()
    assert "1 fault." in page
    assert "Import: add" not in page
    good = {"file": SimpleUploadedFile("a.csv", GOOD.encode()), "system": "wgs84"}
    answer = office.post(take_page, good, follow=True)
    page = answer.content.decode()
    assert "2 new, 0 changed, 0 as they are." in page
    assert "Chengdong" in page  # the station that the point lies in
    check_page = answer.redirect_chain[-1][0]
    done = office.post(check_page, follow=True).content.decode()
    assert "2 place names added, 0 changed." in done
    assert "窑火小区" in done
    assert "imported before" in office.get(check_page, follow=True).content.decode()
    assert office.get(reverse("admin:grid_placenamefile_changelist")).status_code == 200
    assert office.get(reverse("admin:grid_placename_add")).status_code == 200


def test_a_file_is_found_again_and_removed_until_it_is_imported(
    world: SimpleNamespace, office: Client
) -> None:
    file, done = take(world, GOOD), take(world, GOOD)
    assert AuditEntry.objects.filter(code="configuration.uploaded", actor=world.admin).count() == 2
    place_name_file_import(actor=world.admin, key=done.pk)
    with CaptureQueriesContext(connection) as queries:
        page = office.get(reverse("admin:grid_placenamefile_changelist")).content.decode()
    assert not any('"rows"' in query["sql"] for query in queries)
    assert reverse("admin:grid_placenamefile_check", args=[file.pk]) in page
    assert reverse("admin:grid_placenamefile_check", args=[done.pk]) not in page
    for one, status in ((file, 302), (done, 403)):
        remove = reverse("admin:grid_placenamefile_delete", args=[one.pk])
        assert office.post(remove, {"post": "yes"}).status_code == status
    assert list(PlaceNameFile.objects.all()) == [done]
    assert AuditEntry.objects.get(code="configuration.removed").target == f"placenamefile {file.pk}"


def test_the_preview_shows_the_first_and_counts_all(world: SimpleNamespace, office: Client) -> None:
    file = take(world, "\n".join([HEAD, *(f"地名{n},,,,36.5,117.9," for n in range(501))]))
    page = office.get(reverse("admin:grid_placenamefile_check", args=[file.pk])).content.decode()
    assert "The first 500 of 501 are shown." in page
    assert ("地名499" in page, "地名500" in page) == (True, False)


def test_the_pages_are_not_for_others(world: SimpleNamespace) -> None:
    client = Client()
    client.force_login(world.watch, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:grid_placenamefile_take")).status_code in {302, 403}
    assert client.post(reverse("admin:grid_placenamefile_take")).status_code in {302, 403}
    assert not PlaceNameFile.objects.exists()
