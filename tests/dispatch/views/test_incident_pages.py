"""The pages of incidents by plain requests: who sees what, what is masked, what a list and its file hold."""

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from dispatch.models import Incident
from dispatch.services.incident import incident_file
from grid.models import User
from tests.world import IN_EAST, IN_SOUTH

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    def sign_in(user: User) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def fight(world: SimpleNamespace) -> Incident:
    return incident_file(
        actor=world.dispatcher,
        category="fight",
        summary="A fight. One bleeds.",
        address="=cmd|' /C calc'!A0",
        caller_name="李小明",
        caller_phone="13800000612",
        **IN_EAST,
    ).incident


def test_the_page_masks_the_caller_and_shows_the_way(
    fight: Incident, world: SimpleNamespace, signed_in: SignedIn
) -> None:
    page = signed_in(world.dispatcher).get(f"/incidents/{fight.number}/").content.decode()
    assert "李**" in page
    assert "138****0612" in page
    assert "李小明" not in page
    assert "13800000612" not in page
    assert "<h1>A fight</h1>" in page  # the first sentence
    assert "A fight. One bleeds." in page


def test_the_part_that_is_replaced_is_no_whole_page(
    fight: Incident, world: SimpleNamespace, signed_in: SignedIn
) -> None:
    part = signed_in(world.dispatcher).get(f"/incidents/{fight.number}/?part").content.decode()
    assert "<html" not in part
    assert f'data-version="{fight.version}"' in part


@pytest.mark.parametrize(("who", "status"), [("east_officer", 200), ("south_officer", 404), ("guard", 404)])
def test_another_station_s_incident_is_not_there(
    fight: Incident, world: SimpleNamespace, signed_in: SignedIn, who: str, status: int
) -> None:
    assert signed_in(getattr(world, who)).get(f"/incidents/{fight.number}/").status_code == status


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(fight: Incident, client: Client) -> None:
    answer = client.get(f"/incidents/{fight.number}/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/login/?next=/incidents/{fight.number}/"


def test_the_form_is_not_for_everybody(world: SimpleNamespace, signed_in: SignedIn) -> None:
    assert signed_in(world.guard).get("/incidents/new/").status_code == 403
    assert b'id="intake"' not in signed_in(world.guard).get("/station/").content
    assert b'id="intake"' in signed_in(world.east_officer).get("/station/").content


def test_posting_the_same_form_twice_files_one(world: SimpleNamespace, signed_in: SignedIn) -> None:
    client = signed_in(world.east_officer)
    key = client.get("/incidents/new/").context["form"]["idempotency_key"].value()
    typed = {"category": "dq", "summary": "A bicycle", "point": "117.88 36.5", "idempotency_key": key}
    answers = [client.post("/incidents/new/", typed) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {
        f"/incidents/{Incident.objects.get().number}/"
    }
    assert Incident.objects.get().category_id == "theft"


def test_an_error_of_the_rules_stands_under_its_field(world: SimpleNamespace, signed_in: SignedIn) -> None:
    answer = signed_in(world.dispatcher).post(
        "/incidents/new/", {"category": "fight", "idempotency_key": "k"}
    )
    assert answer.status_code == 400
    assert answer.context["form"].errors["summary"] == ["Say what happened, or at least where."]
    assert b'<option value="fight" selected>' in answer.content  # nothing typed is lost


def test_the_list_is_narrowed_by_scope_and_filters(
    world: SimpleNamespace, signed_in: SignedIn, fight: Incident
) -> None:
    incident_file(actor=world.dispatcher, category="theft", summary="South theft", **IN_SOUTH)
    centre, east = signed_in(world.dispatcher), signed_in(world.east_officer)
    assert len(centre.get("/incidents/").context["rows"]) == 2
    assert [row["incident"] for row in east.get("/incidents/").context["rows"]] == [fight]
    assert len(centre.get("/incidents/?group=crime").context["rows"]) == 1
    assert len(centre.get("/incidents/?open=0").context["rows"]) == 0
    first = centre.get("/incidents/?sort=priority&dir=up").context["rows"][0]
    assert first["incident"] == fight


def test_the_list_costs_a_fixed_number_of_queries(
    world: SimpleNamespace,
    signed_in: SignedIn,
    fight: Incident,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _ in range(5):
        incident_file(actor=world.dispatcher, category="theft", summary="Theft", **IN_EAST)
    client = signed_in(world.dispatcher)
    client.get("/incidents/")
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        client.get("/incidents/")


def test_the_file_holds_the_list_and_no_formula_and_no_caller(
    fight: Incident, world: SimpleNamespace, signed_in: SignedIn
) -> None:
    answer = signed_in(world.dispatcher).get("/incidents/?csv")
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")  # spreadsheets read the Chinese by it
    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head[0] == "Number"
    assert row[0] == fight.number
    assert row[5] == "'=cmd|' /C calc'!A0"
    assert "13800000612" not in text
    assert "李" not in text


def test_place_names_lie_where_they_say(world: SimpleNamespace, signed_in: SignedIn) -> None:
    names = {row["name"]: row for row in signed_in(world.east_officer).get("/incidents/places/").json()}
    assert names["城东"]["initials"] == "cd"
    assert names["城东"]["kind"] == "station"
    assert names["山头-001"]["station_label"] == "Shantou"
    assert abs(names["城东-001"]["lat"] - world.east_grid_1.lat) < 1e-5


def test_the_station_s_limits_are_the_policy_s_first_steps(
    world: SimpleNamespace, signed_in: SignedIn
) -> None:
    config = signed_in(world.east_officer).get("/station/").context["config"]
    assert config["limits"]["1"] == {"unclaimed": [30, 1]}
    assert config["organisation"] == world.east_officer.organisation_id


# --- What people paste into the plain form ---------------------------------------------------------------

CALL = {"category": "fight", "summary": "Two men", "address": "解放路 3 号", "idempotency_key": "k1"}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("address", "路" * 10_000, "at most 200 characters (it has 10000)"),
        ("address", "解放路\x00", "ull characters"),
        ("address", "解放路\x07", "U+0007"),
        ("address", "解放路\u202e", "U+202E"),
        ("summary", "x" * 10_000, "at most 2000 characters"),
        ("summary", "a\x1b[31m", "U+001B"),
        ("caller_name", "李\x08", "U+0008"),
        ("caller_name", "李" * 10_000, "at most 40 characters"),
        ("caller_phone", "call me", "digits"),
        ("caller_phone", "1" * 10_000, "at most 60 characters"),
        ("point", "36.49, 117.85\x07", "not coordinates"),
        ("category", "fight\x00", "ull characters"),
    ],
)
def test_a_form_that_holds_what_could_not_be_meant_comes_back_with_all_that_was_typed(
    world: SimpleNamespace, signed_in: SignedIn, field: str, typed: str, words: str
) -> None:
    page = signed_in(world.dispatcher).post("/incidents/new/", {**CALL, field: typed})
    assert page.status_code == 400
    errors = page.context["form"].errors
    assert words in str(errors[field]), errors
    assert page.context["form"]["summary"].value() == {**CALL, field: typed}["summary"]
    assert not Incident.objects.exists()


def test_a_form_in_full_width_digits_with_emoji_is_filed(world: SimpleNamespace, signed_in: SignedIn) -> None:
    typed = {
        "caller_phone": "１３８ ００００ ０６１２",
        "point": "３６．４９，１１７．８８",
        "summary": "🔥 着火\r\n两人",
    }
    page = signed_in(world.dispatcher).post("/incidents/new/", {**CALL, **typed})
    assert page.status_code == 302
    filed = Incident.objects.get()
    assert (filed.caller_phone, filed.lat, filed.summary) == ("13800000612", 36.49, "🔥 着火\n两人")
