"""Whom to send: the nearest suitable units with the reason in words, and what the plan asks for in vain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from boshan_police.kernel import clock
from dispatch import access
from dispatch.lifecycle import ACTIVE_STEPS
from dispatch.models import Incident
from patrol.models import Unit, capability_label
from patrol.positions import doubt_seconds
from patrol.selectors.reach import minutes_of
from patrol.travel import Origin, points, travel_to

from .plan import POLICE, Need, needs_of

LISTED = 9
"""As many as there are keys to tick them."""
_PER_KIND = 12
"""How many of each kind are weighed, nearest by the straight line first; among them the quickest are found."""
_ENDS_SOON = timedelta(minutes=30)


@dataclass
class Candidate:
    """A free unit and how soon it can be there: `seconds` of travel, `doubt` for an old position."""

    unit: Unit
    metres: float
    seconds: float
    doubt: float
    by_road: bool
    need: int | None = None  # the index of the need it would meet

    @property
    def worst(self) -> float:
        """Seconds, if it has driven away ever since it was last heard."""
        return self.seconds + self.doubt


@dataclass
class Recommendation:
    """What `recommend` found. `candidates`: the chosen ones first, then others, each group soonest first."""

    at: datetime
    needs: Sequence[Need]
    sent: list[int]
    candidates: list[Candidate] = field(default_factory=list)
    unplaced: int = 0
    fell_back: bool = False

    @property
    def chosen(self) -> list[Candidate]:
        return [each for each in self.candidates if each.need is not None]

    def missing(self, index: int) -> int:
        """How many units the need `index` still lacks when all the chosen are sent."""
        found = sum(each.need == index for each in self.candidates)
        return max(0, self.needs[index].count - self.sent[index] - found)


def recommend(actor: Any, incident: Incident) -> Recommendation:
    """The units that `actor` may send and `incident` asks for (MISSION.md, C2).

    Each need of the response plan takes the units that can be there soonest; what is on its way already counts. An
    old position is not trusted: the unit ranks as if it had driven away ever since. Without a point on the map
    nobody can be ranked. Two queries and one per kind asked for.
    """
    needs = needs_of(incident.category_id, incident.priority)
    at_work = [
        row.unit
        for row in incident.assignments.filter(
            step__in=sorted(ACTIVE_STEPS), unit__isnull=False
        ).select_related("unit")
        if row.unit  # as asked for above
    ]
    found = Recommendation(clock.now(), needs, _already_sent(needs, at_work))
    free = access.sendable_units(actor, Unit.objects.filter(status=Unit.Status.FREE))
    found.unplaced = free.filter(point__isnull=True).count()
    if incident.lat is None or incident.lon is None:
        return found
    near = _nearest(free, _wanted(needs), incident.lat, incident.lon)  # all of them with a position
    travel = travel_to(cast("list[Origin]", near), incident.lat, incident.lon)
    found.fell_back = travel.fell_back
    ranked = sorted(
        (
            Candidate(
                unit, metres, seconds, doubt_seconds(unit.position_at, found.at), index in travel.by_road
            )
            for index, (unit, metres, seconds) in enumerate(
                zip(near, travel.metres.tolist(), travel.seconds.tolist(), strict=True)
            )
            if unit.position_at
        ),
        key=lambda each: (each.worst, each.unit.pk),
    )
    _choose(ranked, found)
    chosen = [each for each in ranked if each.need is not None]
    others = [each for each in ranked if each.need is None]
    found.candidates = [*chosen, *others[: max(0, LISTED - len(chosen))]]
    return found


def _wanted(needs: Sequence[Need]) -> list[tuple[str, str]]:
    """(kind, capability) to look for; the police without a capability always, as the alternatives to choose from."""
    pairs = [(kind, need.capability) for need in needs for kind in need.kinds]
    return list(dict.fromkeys([*pairs, *((kind, "") for kind in POLICE)]))


def _nearest(free: QuerySet[Unit], wanted: Sequence[tuple[str, str]], lat: float, lon: float) -> list[Unit]:
    """The nearest of each kind and capability, each unit once. One query per pair, by `unit_nearest_free`."""
    place = RawSQL("point <-> cube(%s::float8[])", (points([lat], [lon])[0].tolist(),))
    units: dict[int, Unit] = {}
    for kind, capability in wanted:
        of_kind = free.filter(kind=kind, point__isnull=False)
        if capability:
            of_kind = of_kind.filter(capabilities__contains=[capability])
        units |= {unit.pk: unit for unit in of_kind.order_by(place)[:_PER_KIND]}
    return list(units.values())


def _already_sent(needs: Sequence[Need], at_work: Sequence[Unit]) -> list[int]:
    """How many of each need the units at work meet; each unit meets one."""
    sent = [0] * len(needs)
    for unit in at_work:
        for index, need in enumerate(needs):
            if sent[index] < need.count and meets(unit, need):
                sent[index] += 1
                break
    return sent


def _choose(ranked: Sequence[Candidate], found: Recommendation) -> None:
    """Let each need take its soonest units. The pickiest need chooses first, or another would take what only it can use."""
    order = sorted(
        range(len(found.needs)),
        key=lambda index: sum(meets(each.unit, found.needs[index]) for each in ranked),
    )
    for index in order:
        need = found.needs[index]
        open_places = need.count - found.sent[index]
        for each in ranked:
            if open_places <= 0:
                break
            if each.need is None and meets(each.unit, need):
                each.need = index
                open_places -= 1


def meets(unit: Unit, need: Need) -> bool:
    """Whether `unit` is what `need` asks for."""
    return unit.kind in need.kinds and (not need.capability or need.capability in unit.capabilities)


# --- In words ---------------------------------------------------------------------------------------


def recommendation_rows(incident: Incident, found: Recommendation) -> dict[str, Any]:
    """The answer of the API, in the reader's language (docs/architecture.md, *Recommendation*). No query."""
    return {
        "number": incident.number,
        "version": incident.version,
        "at": found.at,
        "fell_back": found.fell_back,
        "unplaced": found.unplaced,
        "needs": [
            {
                "text": need_text(need),
                "kinds": need.kinds,
                "capability": need.capability,
                "count": need.count,
                "sent": found.sent[index],
                "missing": found.missing(index),
            }
            for index, need in enumerate(found.needs)
        ],
        "notes": _notes(incident, found),
        "units": [_row(each, incident, found) for each in found.candidates],
    }


def need_text(need: Need) -> str:
    """Such as “2 × police car or foot patrol”, “1 × police car, armed”."""
    kinds = _(" or ").join(str(Unit.Kind(kind).label).lower() for kind in need.kinds)
    text = _("%(count)s × %(kinds)s") % {"count": need.count, "kinds": kinds}
    return f"{text}{_(', ')}{capability_label(need.capability)}" if need.capability else text


def _notes(incident: Incident, found: Recommendation) -> list[str]:
    """What whoever decides has to know beside the list: what is missing, and what could not be asked."""
    notes = []
    if incident.lat is None:
        notes.append(_("The incident has no place on the map, so nobody can be ranked."))
    else:
        notes += [
            _("Short of %(count)s: %(need)s") % {"count": found.missing(index), "need": need_text(need)}
            for index, need in enumerate(found.needs)
            if found.missing(index)
        ]
    if found.unplaced:
        notes.append(
            ngettext(
                "%(count)s free unit without a position is not ranked",
                "%(count)s free units without a position are not ranked",
                found.unplaced,
            )
            % {"count": found.unplaced}
        )
    if found.fell_back:
        notes.append(_("The road server does not answer: minutes are estimated from the straight line"))
    return notes


def _row(each: Candidate, incident: Incident, found: Recommendation) -> dict[str, Any]:
    unit = each.unit
    return {
        "id": unit.pk,
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "station": unit.station_id,
        "version": unit.version,
        "metres": round(each.metres),
        "seconds": round(each.worst),
        "minutes": minutes_of(each.worst),
        "by_road": each.by_road,
        "stale": each.doubt > 0,
        "position_at": unit.position_at,
        "need": each.need,
        "reasons": _reasons(each, incident, found),
    }


def _reasons(each: Candidate, incident: Incident, found: Recommendation) -> list[dict[str, str]]:
    """`[{code, text}]`: why this unit stands where it stands."""
    unit = each.unit
    reasons: list[tuple[str, str]] = [
        (
            "travel",
            _("about %(minutes)s min by road") % {"minutes": minutes_of(each.seconds)}
            if each.by_road
            else _("about %(minutes)s min, estimated") % {"minutes": minutes_of(each.seconds)},
        )
    ]
    if each.doubt:
        age = round((found.at - unit.position_at).total_seconds() / 60) if unit.position_at else 0
        reasons.append(("stale", _("position %(minutes)s min old, not trusted") % {"minutes": max(1, age)}))
    if each.need is not None and found.needs[each.need].capability:
        reasons.append(("capability", capability_label(found.needs[each.need].capability)))
    if unit.station_id and unit.station_id == incident.station_id:
        reasons.append(("ground", _("knows the ground")))
    if unit.duty_until:
        left = unit.duty_until - found.at
        if left < timedelta(0):
            reasons.append(("shift", _("its shift is over")))
        elif left < _ENDS_SOON:
            minutes = left // timedelta(minutes=1)
            reasons.append(("shift", _("its shift ends in %(minutes)s min") % {"minutes": minutes}))
    return [{"code": code, "text": text} for code, text in reasons]
