"""`@` in a note: whom it reaches, whom it can't, and reading it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg2.extras import DateTimeTZRange

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid, Refused
from dispatch import access, live
from dispatch.models import Assignment, Incident, Mention
from dispatch.selectors.mention import mentions_of, names_for
from dispatch.services.handover import handover_offer
from dispatch.services.incident import incident_note
from dispatch.services.mention import mentions_see
from grid.models import Duty, User
from patrol.services.unit import unit_set_duty
from tests.factories import AccountFactory
from tests.world import EAST, GUARDS, SOUTH

from .conftest import codes, refused

File = Callable[..., Incident]
Send = Callable[..., Assignment]


def note(world: SimpleNamespace, incident: Incident, text: str, actor: User | None = None) -> list[str]:
    """Write it; the user names of whom it reached."""
    incident_note(actor=actor or world.dispatcher, number=incident.number, text=text)
    entry = incident.timeline.order_by("-version")[0]
    return sorted(entry.mentions.values_list("recipient__username", flat=True))


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("@李青 have a look", ["east_officer"]),
        ("门口＠李青请看 @赵守一", ["east_officer", "watch"]),
        ("@李青 @李青·城东 twice", ["east_officer"]),
        ("@王知远 myself", []),
        ("write to a@b.example or @ 15:30, @15", []),
        ("🚓@周明🚓", ["east_officer_2"]),
        ("@城东01 come by", ["east_commander", "east_grid", "east_officer", "east_officer_2"]),
        ("@指挥中心", ["watch"]),
        ("@chengdong", ["east_commander", "east_grid", "east_officer", "east_officer_2"]),
    ],
)
def test_whom_a_note_reaches(world: SimpleNamespace, file: File, text: str, reached: list[str]) -> None:
    incident = file()
    assert note(world, incident, text) == reached
    assert codes(incident)[-1] == "incident.note"


def test_the_timeline_says_what_was_written_and_whom_it_names(world: SimpleNamespace, file: File) -> None:
    incident = file()
    note(world, incident, " @李青 have a look ")
    entry = incident.timeline.get(code="incident.note")
    assert (entry.data["text"], entry.data["mentions"]) == ("@李青 have a look", ["李青"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("@冯远 please", "mention_outside"),  # of the other station
        ("@山头01 please", "mention_outside"),
        ("@山头 please", "mention_outside"),
        ("@陈卫", "mention_outside"),  # the squadron was not called
        ("@城东中队 please", "mention_outside"),  # never the station, whose name it begins with
        ("@城东09 please", "mention_unknown"),
        ("@城东012 please", "mention_unknown"),
        ("@城东01x please", "mention_unknown"),
        ("@无此人 please", "mention_unknown"),
        ("@" + "x" * 1000, "mention_unknown"),
    ],
)
def test_whom_it_can_not_reach(world: SimpleNamespace, file: File, text: str, code: str) -> None:
    incident = file()
    with refused(Invalid, code, field="text"):
        incident_note(actor=world.dispatcher, number=incident.number, text=text)
    assert not Mention.objects.exists()


def test_two_of_one_name_are_told_apart(world: SimpleNamespace, file: File) -> None:
    AccountFactory.create(
        username="other", name="李青", role="dispatcher", organisation=world.watch.organisation
    )
    incident = file()
    with refused(Invalid, "mention_ambiguous", field="text"):
        incident_note(actor=world.dispatcher, number=incident.number, text="@李青 which one")
    assert note(world, incident, "@李青·指挥中心 you") == ["other"]


def test_a_unit_off_duty_is_not_its_station(world: SimpleNamespace, file: File) -> None:
    incident = file()
    unit_set_duty(actor=world.dispatcher, unit=world.east_foot.pk, on_duty=False)
    unit_set_duty(actor=world.dispatcher, unit=world.south_foot.pk, on_duty=False)
    for text, code in (("@城东03 please", "mention_off_duty"), ("@山头03 please", "mention_outside")):
        with refused(Invalid, code, field="text", name=text[1:5]):
            incident_note(actor=world.dispatcher, number=incident.number, text=text)
    assert note(world, incident, "@城东 03 please") != []


def test_a_longer_name_of_somebody_else_is_theirs(world: SimpleNamespace, file: File) -> None:
    incident = file()
    assert note(world, incident, "@李青山上有人") == ["east_officer"]
    stranger = AccountFactory.create(
        username="stranger",
        name="李青山",
        role="station_officer",
        organisation=world.south_officer.organisation,
    )
    with refused(Invalid, "mention_outside", field="text", name="李青山"):
        incident_note(actor=world.dispatcher, number=incident.number, text="@李青山上有人")
    assert note(world, incident, "@李青 山上有人") == ["east_officer"]
    stranger.is_active = False
    stranger.save()
    assert note(world, incident, "@李青山上有人") == ["east_officer"]
    for number in range(2):
        AccountFactory.create(
            username=f"twin{number}", name="李青山", role="dispatcher", organisation=world.watch.organisation
        )
    with refused(Invalid, "mention_ambiguous", field="text"):
        incident_note(actor=world.dispatcher, number=incident.number, text="@李青山 please")


def test_a_unit_stands_for_its_people_on_duty(world: SimpleNamespace, file: File) -> None:
    now = clock.now()
    Duty.objects.create(
        person=world.east_officer, period=DateTimeTZRange(now - timedelta(hours=1), now + timedelta(hours=1))
    )
    assert note(world, file(), "@城东01") == ["east_officer"]


def test_those_who_may_be_named_are_those_who_may_see(world: SimpleNamespace, file: File, send: Send) -> None:
    """`readers_of` says for many what `may_see` says for one, whatever has happened to the incident."""
    alone, worked, offered, own = file(), file(), file(), file(actor=world.south_officer)
    send(worked, unit=world.squadron)
    handover_offer(actor=world.dispatcher, number=offered.number, taker=SOUTH, reason="Theirs")
    nowhere = file(lat=None, lon=None)
    for incident in (alone, worked, offered, own, nowhere):
        incident.refresh_from_db()
        readers = set(access.readers_of(incident).values_list("username", flat=True))
        assert readers == {user.username for user in User.objects.all() if access.may_see(user, incident)}
    assert "guard" in set(access.readers_of(worked).values_list("username", flat=True))


def test_names_are_found_by_pinyin(
    world: SimpleNamespace, file: File, django_assert_max_num_queries: Any
) -> None:
    incident = file()
    names_for(incident)
    with django_assert_max_num_queries(6):
        names = {name.label: name for name in names_for(incident)}
    assert (names["李青"].initials, names["李青"].kind) == ("lq", "person")
    assert names["城东01"].kind == "unit"
    assert names["Chengdong"].kind == "organisation"
    assert "山头01" not in names


def test_a_note_without_names_costs_no_more(
    world: SimpleNamespace, file: File, django_assert_num_queries: Any
) -> None:
    incident = file()
    incident_note(actor=world.dispatcher, number=incident.number, text="warm")
    with django_assert_num_queries(8):
        incident_note(actor=world.dispatcher, number=incident.number, text="Only a@b.example")


def test_it_is_told_to_the_screens_of_those_named(
    world: SimpleNamespace, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = file()
    sent: list[tuple[set[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        live.live, "publish", lambda topics, message: sent.append((set(topics), dict(message)))
    )
    note(world, incident, "@李青 @赵守一")
    ((topics, message),) = [one for one in sent if one[1]["type"] == "mention"]
    assert topics == {"district", f"org:{EAST}"}
    assert message == {
        "type": "mention", "number": incident.number, "recipients": ["east_officer", "watch"]
    }  # fmt: skip


def test_reading_is_each_ones_own(world: SimpleNamespace, file: File) -> None:
    note(world, file(), "@李青 @周明")
    (mine,) = mentions_of(world.east_officer)
    assert (mine["by"], mine["seen_at"], mine["open"]) == ("王知远", None, True)
    assert mentions_see(actor=world.east_officer_2, keys=[mine["id"]]) == 0  # another's
    assert mentions_see(actor=world.east_officer, keys=[mine["id"], 10**15]) == 1
    assert mentions_see(actor=world.east_officer, keys=[mine["id"]]) == 0
    assert mentions_of(world.east_officer, unseen=True) == []
    assert len(mentions_of(world.east_officer_2, unseen=True)) == 1


def test_what_left_ones_scope_is_listed_no_more(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    order = send(incident, unit=world.squadron)
    assert note(world, incident, "@陈卫 keep order") == ["guard"]
    assert len(mentions_of(world.guard)) == 1
    Assignment.objects.filter(pk=order.pk).delete()
    assert mentions_of(world.guard) == []


def test_who_may_not_note_may_not_name(world: SimpleNamespace, file: File) -> None:
    incident = file()
    with refused(Refused, "not_allowed"):
        incident_note(actor=world.admin, number=incident.number, text="@李青")


def test_guards_are_reached_once_they_were_called(world: SimpleNamespace, file: File, send: Send) -> None:
    incident = file()
    send(incident, unit=world.squadron)
    assert note(world, incident, "@城东中队 thanks") == ["guard"]
    assert GUARDS in {user.organisation_id for user in access.readers_of(incident)}
