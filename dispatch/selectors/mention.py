"""Who can be named in a note about an incident, and what somebody was named in."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid
from dispatch import access
from dispatch.lifecycle import OPEN
from dispatch.models import Incident, Mention
from grid.models import Duty, Organisation, User
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
    """Whom `text` names after `@`, each once, in order. No query for a text without one, else those of `names_for`.

    Invalid `mention_outside` for somebody who may not read this incident, `mention_unknown` for nobody's name,
    `mention_ambiguous` for a name that several have.
    """
    marks = [match.end() for match in _AT.finditer(text)]
    if not marks:
        return []
    names = names_for(incident)
    by_said = {said.casefold(): name for name in names for said in name.said if said}
    longest = sorted(by_said, key=len, reverse=True)
    found: dict[str, Name] = {}
    for start in marks:
        rest = text[start : start + 80].casefold()
        said = next((one for one in longest if rest.startswith(one)), None)
        if said is None:
            raise _nobody(text[start:], names)
        found.setdefault(by_said[said].label, by_said[said])
    return list(found.values())


def _nobody(rest: str, names: list[Name]) -> Invalid:
    """Why the word that `rest` begins with names nobody. Three queries at most."""
    match = _WORD.match(rest)
    word = match[0] if match else rest[:20]
    alike = [
        name.label
        for name in names
        if name.kind == "person" and rest.startswith(name.label.partition("·")[0])
    ]
    if alike:
        words = {"name": alike[0].partition("·")[0], "choices": "、".join(f"@{label}" for label in alike)}
        return Invalid("mention_ambiguous", _("Several are called %(name)s. Write %(choices)s.") % words, field="text")  # fmt: skip
    elsewhere = (
        User.objects.filter(is_active=True).alias(said=Value(word)).filter(said__startswith=F("name")).values_list("name", flat=True),
        Unit.objects.alias(said=Value(word)).filter(said__startswith=F("call_sign")).values_list("call_sign", flat=True),
        Organisation.objects.alias(said=Value(word)).filter(said__startswith=F("short_name")).values_list("short_name", flat=True),
    )  # fmt: skip
    for people in elsewhere:
        if name := people.first():
            return Invalid(
                "mention_outside",
                _("%(name)s can't read this incident, so a note can't be for them. Nothing was sent.") % {"name": name},
                field="text",
                details={"name": name},
            )  # fmt: skip
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
