"""Warnings about places: who enters them, for how long, about what."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound, Refused
from boshan_police.kernel.models import AuditEntry
from boshan_police.kernel.reference import forget_all
from grid.models import Hazard
from grid.selectors.hazard import hazards_at
from grid.services.hazard import hazard_enter, hazard_withdraw
from tests.world import IN_EAST, IN_SOUTH


def today() -> Any:
    return clock.local_day(clock.now())


def enter(actor: Any, **changed: Any) -> Hazard:
    given = {"kind": "gas", "text": "地下室有气瓶", "reason": "入户检查", "valid_until": today(), **IN_EAST}
    return hazard_enter(actor=actor, **{**given, **changed})


def shown(**place: Any) -> list[str]:
    forget_all()
    return [row["text"] for row in hazards_at(place.get("lat"), place.get("lon"), place.get("address", ""))]


def test_it_holds_at_its_place_until_its_day(world: SimpleNamespace, clock_at: Any) -> None:
    enter(world.east_commander, address="颜山路 8 号")
    assert shown(**IN_EAST) == ["地下室有气瓶"]
    assert shown(lat=IN_EAST["lat"] + 0.0007, lon=IN_EAST["lon"]) == ["地下室有气瓶"]
    assert shown(lat=IN_EAST["lat"] + 0.0008, lon=IN_EAST["lon"]) == []
    assert shown(address="颜山路 8 号") == ["地下室有气瓶"]
    assert shown() == []
    clock_at(clock.now() + timedelta(days=1))
    assert shown(**IN_EAST) == []


def test_the_same_again_is_the_one_that_stands(world: SimpleNamespace) -> None:
    """A lost answer is asked for again; what has been withdrawn can be entered anew."""
    first = enter(world.east_commander)
    assert enter(world.east_commander) == first
    assert AuditEntry.objects.filter(code="hazard.entered").count() == 1
    assert enter(world.admin) != first
    hazard_withdraw(actor=world.east_commander, key=first.pk, reason="已清走")
    assert enter(world.east_commander) != first


def test_each_leaves_a_trace(world: SimpleNamespace) -> None:
    hazard = enter(world.admin)
    hazard_withdraw(actor=world.east_commander, key=hazard.pk, reason="已清走")
    entries = AuditEntry.objects.filter(target=f"hazard {hazard.pk}").order_by("id")
    assert [(entry.code, entry.actor) for entry in entries] == [
        ("hazard.entered", world.admin),
        ("hazard.withdrawn", world.east_commander),
    ]
    assert shown(**IN_EAST) == []
    with pytest.raises(Conflict):
        hazard_withdraw(actor=world.east_commander, key=hazard.pk, reason="再撤")


@pytest.mark.parametrize("who", ["dispatcher", "watch", "east_officer", "guard", "east_grid"])
def test_who_may_not(world: SimpleNamespace, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        enter(getattr(world, who))


def test_only_on_ones_own_ground(world: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="other_ground"):
        enter(world.east_commander, **IN_SOUTH)
    hazard = enter(world.south_commander, **IN_SOUTH)
    with pytest.raises(NotFound):
        hazard_withdraw(actor=world.east_commander, key=hazard.pk, reason="x")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "violent_resident"}, "kind"),
        ({"text": " "}, "text"),
        ({"reason": ""}, "reason"),
        ({"text": "户主电话 13800000612"}, "text"),
        ({"text": "户主电话 138-0006-1234"}, "text"),
        ({"text": "户主 138 0006 1234"}, "text"),
        ({"text": "户主１３８ 0006 1234"}, "text"),
        ({"text": "座机 0533-412 3456"}, "text"),
        ({"address": "颜山路 8 号 13800000612"}, "address"),
        ({"reason": "身份证 370304199001010011"}, "reason"),
        ({"reason": "身份证 370304 1990 0101 001X"}, "reason"),
        ({"valid_until": -1}, "valid_until"),
        ({"valid_until": 367}, "valid_until"),
    ],
)
def test_what_is_no_warning_about_a_place(
    world: SimpleNamespace, changed: dict[str, Any], field: str
) -> None:
    if "valid_until" in changed:
        changed = {"valid_until": today() + timedelta(days=changed["valid_until"])}
    with pytest.raises(Invalid) as refused:
        enter(world.east_commander, **changed)
    assert refused.value.field == field
    assert not Hazard.objects.exists()


@pytest.mark.parametrize(
    "text", ["2-1-301 2-1-302", "2-1-1201、2-1-1202", "2026-11-23 08:00 巡查", "13-2-101 13-2-102"]
)
def test_rooms_and_days_are_no_numbers_of_people(world: SimpleNamespace, text: str) -> None:
    enter(world.east_commander, text=text, reason=text, address=text)


def test_by_the_api(world: SimpleNamespace, api: Any) -> None:
    body = {"kind": "dog", "text": "大型犬 🐕", "reason": "巡逻", "valid_until": str(today()), **IN_EAST}
    client = api(world.east_commander)
    answer = client.send("hazards/", body)
    assert answer.status_code == 201, answer.content
    assert api(world.east_officer).send("hazards/", body).status_code == 403
    for wrong in ({"text": "x" * 10_000}, {"text": "a\x07b"}, {"kind": "person"}, {"valid_until": "soon"}):
        refused = client.send("hazards/", body | wrong)
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, next(iter(wrong)))
    key = answer.json()["id"]
    assert client.send(f"hazards/{key}/withdraw/", {}).status_code == 400
    assert client.send(f"hazards/{key}/withdraw/", {"reason": "已搬走"}).status_code == 200
    assert client.send(f"hazards/{key}/withdraw/", {"reason": "已搬走"}).status_code == 409
