"""Who can be named in a note about an incident, and what somebody was named in."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid
from dispatch import access
from dispatch.lifecycle import OPEN
from dispatch.models import Incident, Mention
from grid.models import Duty, User
from grid.pinyin import initials_of
from grid.selectors.organisation import organisations
from patrol.models import Unit

MOST = 50
_AT = re.compile(r"(?<![0-9A-Za-z._%+-])[@＠](?=[^\W\d_])", re.UNICODE)  # no address of e-mail, no "@ 15:30"
_WORD = re.compile(r"[\w·-]{1,20}")


@dataclass(frozen=True, slots=True)
class Name:
    """One `@label` and whom it reaches. `said` are the ways to write it, `initials` those of its pinyin."""

    label: str
    kind: str  # person, unit, organisation
    detail: str
    said: tuple[str, ...]
    people: tuple[User, ...]

    @property
    def initials(self) -> str:
        """`李青` → `lq`."""
        return initials_of(self.label)


def names_for(incident: Incident) -> list[Name]:
    """People, units and organisations that can be named in a note about `incident`: those who may read it. Six queries.

    A unit or an organisation stands for its people on duty, or for all of them where no roster is kept. Two people
    of one name are told apart by `name·organisation`.
    """
    readers = list(access.readers_of(incident).select_related("organisation").order_by("name", "id"))
    alike = Counter(person.name for person in readers)
    known = organisations().by_code
    present = _present(readers)
    found = [_person(person, alone=alike[person.name] == 1) for person in readers]
    units = Unit.objects.filter(organisation__in=present).exclude(status=Unit.Status.OFF_DUTY)
    found += [
        Name(unit.call_sign, "unit", known[unit.organisation_id].label, (unit.call_sign,), present[unit.organisation_id])
        for unit in units.order_by("call_sign")
    ]  # fmt: skip
    for code in sorted(present):
        one = known[code]
        said = (one.label, one.short_name, one.short_name_en, one.name)
        found.append(Name(one.label, "organisation", one.name, said, present[code]))
    once: dict[str, Name] = {}
    for name in found:
        once.setdefault(name.label, name)  # a squadron and its only unit may have one name
    return list(once.values())


def _person(person: User, *, alone: bool) -> Name:
    home = person.organisation
    whole = tuple(f"{person.name}·{said}" for said in (home.label, home.short_name, home.short_name_en))
    detail = f"{home.label} {person.get_role_display()}"
    if alone:
        return Name(person.name, "person", detail, (person.name, *whole), (person,))
    return Name(whole[0], "person", detail, whole, (person,))


def _present(readers: Iterable[User]) -> dict[str, tuple[User, ...]]:
    """By organisation, its readers on duty now; all of them where nobody is by the roster. One query."""
    of_organisation: dict[str, list[User]] = defaultdict(list)
    for person in readers:
        of_organisation[person.organisation_id].append(person)
    people = [person.pk for group in of_organisation.values() for person in group]
    on = set(
        Duty.objects.filter(person__in=people, period__contains=clock.now()).values_list("person", flat=True)
    )
    return {
        code: tuple([person for person in group if person.pk in on] or group)
        for code, group in of_organisation.items()
    }  # fmt: skip


def names_in(text: str, incident: Incident) -> list[Name]:
    """Whom `text` names after `@`, each once, in order. No query for a text without one, else two beside `names_for`.

    The longest name counts, also where only somebody else has it: `@城东05` is never the station 城东. Invalid
    `mention_outside` for somebody who may not read this incident, `mention_off_duty` for a unit that nobody crews now,
    `mention_unknown` for nobody's name, `mention_ambiguous` for a name that several have.
    """
    rests = [text[match.end() : match.end() + 80] for match in _AT.finditer(text)]
    if not rests:
        return []
    names = names_for(incident)
    by_said = {said.casefold(): name for name in names for said in name.said if said}
    everybody = _everybody({rest[0] for rest in rests})
    found: dict[str, Name] = {}
    for rest in rests:
        said = _longest(rest, by_said)
        meant = _longest(rest, everybody)
        if not said or (meant and len(meant) > len(said)) or _runs_on(rest, said, by_said[said].kind):
            raise _nobody(rest, names, everybody.get(meant or ""))
        found.setdefault(by_said[said].label, by_said[said])
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Bearer:
    """A person, unit or organisation of the bureau, whether it may read the incident or not."""

    name: str
    kind: str
    home: str
    off_duty: bool = False


def _everybody(firsts: Collection[str]) -> dict[str, _Bearer]:
    """All whose names begin with one of these characters, by the name as it is compared. Two queries."""
    bureau = (_Bearer(one.short_name, "organisation", one.code) for one in organisations().by_code.values())
    units = Unit.objects.alias(first=Left("call_sign", 1)).filter(first__in=firsts)
    people = User.objects.filter(is_active=True).alias(first=Left("name", 1)).filter(first__in=firsts)
    found = [
        *bureau,
        *(
            _Bearer(name, "unit", home, status == Unit.Status.OFF_DUTY)
            for name, home, status in units.values_list("call_sign", "organisation", "status")
        ),
        *(_Bearer(name, "person", home) for name, home in people.values_list("name", "organisation")),
    ]
    return {one.name.casefold(): one for one in found if one.name}


def _longest(rest: str, known: Mapping[str, Name] | Mapping[str, _Bearer]) -> str | None:
    """The longest of the `known` names with which `rest` begins."""
    begins = (said for said in known if rest.casefold().startswith(said))
    return max(begins, key=len, default=None)


def _runs_on(rest: str, said: str, kind: str) -> bool:
    """Whether a call sign or an organisation goes on as if it were another: a digit or a letter follows."""
    after = rest[len(said) : len(said) + 1]
    return kind != "person" and after.isascii() and after.isalnum()


def _nobody(rest: str, names: list[Name], meant: _Bearer | None) -> Invalid:
    """Why what `rest` begins with, the name of `meant` at its longest, reaches nobody."""
    if meant and _runs_on(rest, meant.name, meant.kind):
        meant = None
    name = meant.name if meant else ""
    alike = [
        one.label for one in names if one.kind == "person" and name and one.label.partition("·")[0] == name
    ]
    if alike:
        words = {"name": name, "choices": "、".join(f"@{label}" for label in alike)}
        return Invalid("mention_ambiguous", _("Several are called %(name)s. Write %(choices)s.") % words, field="text")  # fmt: skip
    readers = {person.organisation_id for one in names for person in one.people}
    if meant and meant.off_duty and meant.home in readers:
        return Invalid(
            "mention_off_duty",
            _("%(name)s is off duty, so nobody reads this for it. Name its station or somebody of it.")
            % {"name": name},
            field="text",
            details={"name": name},
        )
    if meant:
        return Invalid(
            "mention_outside",
            _("%(name)s can't read this incident, so a note can't be for them. Nothing was sent.")
            % {"name": name},
            field="text",
            details={"name": name},
        )
    match = _WORD.match(rest)
    word = match[0] if match else rest[:20]
    return Invalid(
        "mention_unknown",
        _("Nobody here is called “%(name)s”. Choose from the list after @, or put a space behind the @.")
        % {"name": word},
        field="text",
        details={"name": word},
    )


def mentions_of(actor: Any, *, unseen: bool = False) -> list[dict[str, Any]]:
    """What the actor was named in, newest first, at most 50, as far as the incident is still in scope. One query.

    {id, number, open, category, address, at, by, label, text, seen_at}
    """
    mine = access.visible_incidents(actor, Incident.objects.all())
    rows = Mention.objects.filter(recipient=actor, entry__incident__in=mine)
    if unseen:
        rows = rows.filter(seen_at__isnull=True)
    return [
        {
            "id": row.pk,
            "number": row.entry.incident.number,
            "open": row.entry.incident.status in OPEN,
            "category": row.entry.incident.category_id,
            "address": row.entry.incident.address,
            "at": row.entry.at,
            "by": row.entry.actor_name,
            "label": row.label,
            "text": row.entry.data["text"],
            "seen_at": row.seen_at,
        }
        for row in rows.select_related("entry__incident").order_by("-id")[:MOST]
    ]
