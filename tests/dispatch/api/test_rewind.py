"""`/api/board/at/`, `/api/board/moments/`, `/api/incidents/{number}/played/`: who may look back, at what, and the trace of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boshan_police.kernel import clock
from boshan_police.kernel.models import AuditEntry
from dispatch.models import Incident, PlanNeed, ResponsePlan
from dispatch.selectors import moments as moments_room
from dispatch.selectors.incident import incident_seen_by
from dispatch.selectors.moments import moments, played
from dispatch.selectors.recommendation import recommend
from dispatch.services.assignment import assignment_advance, assignment_create
from dispatch.services.escalation import escalation_take_over, notice_see
from dispatch.services.incident import incident_cancel, incident_file
from dispatch.services.timer import timers_sweep
from tests.world import IN_EAST, IN_SOUTH, build_world

BEGAN = datetime.now(UTC).replace(microsecond=0)  # of today: timers of another day would be passed over


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.fixture
def world(db: None) -> SimpleNamespace:
    """The cast, a minute before."""
    with clock.at(at(-60)):
        return build_world()


@pytest.fixture
def night(world: SimpleNamespace) -> SimpleNamespace:
    """At 0 a fight in the East, recommended and sent at 20 s, on its way; at 60 s noise in the South, told at 125 s."""
    plan = ResponsePlan.objects.create(category=None, priority=1)
    PlanNeed.objects.create(plan=plan, kinds=["car"], count=1)
    with clock.at(at(0)):
        world.fight_case = file(world, "fight", "Two men fight", IN_EAST)
    with clock.at(at(20)):
        recommended = recommend(world.dispatcher, world.fight_case)
        world.sent = assignment_create(
            actor=world.dispatcher,
            number=world.fight_case.number,
            units=[world.east_foot.pk],
            recommended=recommended,
        )[0]
    with clock.at(at(60)):
        world.noise_case = file(world, "noise", "Music", IN_SOUTH)
    for seconds, verb in ((30, "accept"), (70, "depart")):
        with clock.at(at(seconds)):
            assignment_advance(
                actor=world.east_officer, number=world.fight_case.number, assignment=world.sent.pk, verb=verb
            )
    with clock.at(at(125)):
        timers_sweep()
    return world


def file(world: SimpleNamespace, category: str, summary: str, place: dict[str, float]) -> Incident:
    return incident_file(actor=world.dispatcher, category=category, summary=summary, **place).incident


@pytest.fixture(autouse=True)
def _morning(clock_at: Callable[[datetime], datetime]) -> None:
    """Next morning."""
    clock_at(at(6 * 3600))


def iso(seconds: float) -> str:
    return at(seconds).isoformat()


def utc(seconds: float) -> str:
    """As answers write it."""
    return f"{at(seconds):%Y-%m-%dT%H:%M:%SZ}"


def trail() -> list[tuple[str, str]]:
    found = AuditEntry.objects.filter(code="board.rewound").order_by("id")
    return [(entry.actor.username, entry.target) for entry in found]


def test_the_board_as_it_was(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    answer = api(night.dispatcher).read("board/at/", at=iso(25))
    assert answer.status_code == 200
    found = answer.json()
    assert found["at"] == utc(25)
    (row,) = found["incidents"]
    assert (row["number"], row["status"], row["stage"]) == (
        night.fight_case.number,
        "dispatched",
        "unclaimed",
    )
    assert [order["label"] for order in row["assignments"]] == ["城东03"]
    assert {unit["call_sign"]: unit["status"] for unit in found["units"]}["城东03"] == "assigned"
    assert answer["Cache-Control"] == "no-store"


def test_each_in_its_own_scope(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    for person, count in ((night.watch, 2), (night.east_commander, 1), (night.south_commander, 1)):
        assert len(api(person).read("board/at/", at=iso(65)).json()["incidents"]) == count
        told = api(person).read("board/moments/", start=iso(-1), end=iso(200)).json()["moments"]
        assert len({moment["number"] for moment in told}) == count
    answer = api(night.south_commander).read(f"incidents/{night.fight_case.number}/played/")
    assert answer.status_code == 404
    answer = api(night.south_commander).read(
        "board/moments/", start=iso(0), end=iso(9), number=night.fight_case.number
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["east_officer", "guard", "east_grid", "admin", None])
def test_who_may_not(night: SimpleNamespace, api: Callable[..., Any], who: str | None) -> None:
    client = api(getattr(night, who) if who else None)
    for path, query in (
        ("board/at/", {"at": iso(25)}),
        ("board/moments/", {"start": iso(0), "end": iso(25)}),
        (f"incidents/{night.fight_case.number}/played/", {}),
    ):
        assert client.read(path, **query).status_code == (403 if who else 401), path
    assert trail() == []
    assert AuditEntry.objects.filter(code="access.refused").count() == (3 if who else 0)


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("board/at/", {}, "invalid"),
        ("board/at/", {"at": "yesterday"}, "invalid"),
        ("board/at/", {"at": "x" * 10_000}, "invalid"),
        ("board/at/", {"at": "2026-11-23T18:13:25"}, "invalid"),
        ("board/at/", {"at": iso(6 * 3600 + 1)}, "in_the_future"),
        ("board/at/", {"at": iso(-31 * 86400)}, "not_kept"),
        ("board/moments/", {"start": iso(10), "end": iso(10)}, "span_backwards"),
        ("board/moments/", {"start": iso(0), "end": iso(6 * 3600 + 5)}, "in_the_future"),
        ("board/moments/", {"start": iso(-31 * 86400), "end": iso(0)}, "not_kept"),
        ("board/moments/", {"start": iso(-2 * 86400), "end": iso(0)}, "span_too_long"),
        ("board/moments/", {"start": iso(0), "end": iso(9), "number": "0147; --"}, "invalid"),
    ],
)
def test_what_is_no_span(
    night: SimpleNamespace, api: Callable[..., Any], path: str, query: dict[str, str], code: str
) -> None:
    answer = api(night.dispatcher).read(path, **query)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["field"] or error["fields"]
    assert trail() == []


def test_a_span_longer_than_a_day_is_the_life_of_its_incident(
    night: SimpleNamespace, api: Callable[..., Any], clock_at: Callable[[datetime], datetime]
) -> None:
    clock_at(at(40 * 3600))
    number = night.fight_case.number  # still open
    client = api(night.dispatcher)
    assert client.read("board/moments/", start=iso(-59), end=iso(40 * 3600), number=number).status_code == 200
    entry = AuditEntry.objects.get(code="board.rewound")
    assert (entry.target, entry.details["number"]) == ("board", number)
    refused = client.read("board/moments/", start=iso(-7200), end=iso(30 * 3600), number=number)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "span_outside")
    assert refused.json()["error"]["field"] == "start"
    incident_cancel(actor=night.dispatcher, number=number, reason="A false alarm")
    clock_at(at(90 * 3600))
    refused = client.read("board/moments/", start=iso(0), end=iso(41 * 3600), number=number)
    assert (refused.json()["error"]["code"], refused.json()["error"]["field"]) == ("span_outside", "end")
    assert client.read("board/moments/", start=iso(0), end=iso(40 * 3600), number=number).status_code == 200
    assert trail() == [("dispatcher", "board")] * 2


def test_full_width_digits_are_read(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    wide = utc(25).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert api(night.dispatcher).read("board/at/", at=wide).json()["at"] == utc(25)


def test_one_trace_for_a_span_none_for_its_frames(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    client = api(night.dispatcher)
    span = client.read("board/moments/", start=iso(0), end=iso(100)).json()["span"]
    for seconds in (0, 50, 100):
        assert client.read("board/at/", at=iso(seconds), span=span).status_code == 200
    assert trail() == [("dispatcher", "board")]
    entry = AuditEntry.objects.get(code="board.rewound")
    assert entry.details == {"start": iso(0), "end": iso(100)}
    client.read("board/at/", at=iso(101), span=span)  # outside of it
    client.read("board/at/", at=iso(50), span=f"x{span}")  # not what was given
    client.read("board/at/", at=iso(50))
    api(night.watch).read("board/at/", at=iso(50), span=span)  # somebody else's
    assert trail() == [("dispatcher", "board")] * 4 + [("watch", "board")]


def test_moments_in_order_with_their_words(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    found = api(night.dispatcher).read("board/moments/", start=iso(0), end=iso(60)).json()["moments"]
    assert [(moment["code"], moment["number"]) for moment in found] == [
        ("incident.filed", night.fight_case.number),
        ("dispatch.recommended", night.fight_case.number),
        ("unit.dispatched", night.fight_case.number),
        ("unit.accepted", night.fight_case.number),
        ("incident.filed", night.noise_case.number),
    ]
    assert found[2] == {
        "at": utc(20),
        "happened_at": None,
        "number": night.fight_case.number,
        "priority": 1,
        "code": "unit.dispatched",
        "actor": "王知远",
        "text": "城东03 dispatched",
    }


def test_a_step_told_late_stands_where_it_became_known(
    night: SimpleNamespace, api: Callable[..., Any]
) -> None:
    with clock.at(at(300)):
        assignment_advance(
            actor=night.east_officer,
            number=night.fight_case.number,
            assignment=night.sent.pk,
            verb="arrive",
            at=at(150),
        )
    found = api(night.dispatcher).read("board/moments/", start=iso(140), end=iso(310)).json()["moments"]
    (arrived,) = [moment for moment in found if moment["code"] == "unit.arrived"]
    assert (arrived["at"], arrived["happened_at"]) == (utc(300), utc(150))


def test_the_life_of_an_incident(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    found = api(night.watch).read(f"incidents/{night.fight_case.number}/played/").json()
    assert (found["start"], found["open"]) == (utc(0), True)
    (decision,) = found["decisions"]
    assert decision["recommended"] == ["城东01"]
    assert decision["sent"] == [{"label": "城东03", "code": "unit.dispatched"}]
    assert (decision["at"], decision["actor"]) == (utc(20), "王知远")
    assert found["told"] == []


def test_who_was_told_and_who_saw(night: SimpleNamespace, api: Callable[..., Any]) -> None:
    with clock.at(at(140)):
        notice_see(actor=night.south_commander, number=night.noise_case.number)
    with clock.at(at(185)):
        timers_sweep()
    with clock.at(at(200)):
        escalation_take_over(actor=night.dispatcher, number=night.noise_case.number)
    told = api(night.watch).read(f"incidents/{night.noise_case.number}/played/").json()["told"]
    assert [(one["name"], one["level"], one["at"], one["seen_at"]) for one in told] == [
        ("郑平", 1, utc(125), utc(140)),
        ("王知远", 2, utc(185), utc(200)),
    ]


def test_a_crowded_span_is_refused_whole(
    night: SimpleNamespace, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments_room, "MOST_MOMENTS", 3)
    answer = api(night.dispatcher).read("board/moments/", start=iso(0), end=iso(200))
    assert answer.json()["error"]["code"] == "span_too_full"
    assert trail() == []


def test_queries(night: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as queries:
        moments(night.dispatcher, at(0), at(200))
    assert len(queries) == 1
    incident = incident_seen_by(night.dispatcher, night.noise_case.number)
    with CaptureQueriesContext(connection) as queries:
        played(incident)
    assert len(queries) <= 3
