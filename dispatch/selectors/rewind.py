"""The board as it was at a past instant, for review and training.

Incidents come from the timeline: the last entry of each act holds what the act left of the board's row
(`dispatch.past`). Units come from their states and the history of positions (`patrol.selectors.unit_state`). So the
rows of then are those the boards were told then, to the second, except for what nobody keeps:

- `version` of a unit that devices have moved since its last change: each batch of positions counts one, and batches are
  not kept; None.
- a position that reached the bureau late, or from a device whose clock was wrong, is shown from the time it names, and
  one older than 24 hours not at all.
- names are those of today: an officer's, where an incident's assignment names a unit by its call sign of then.
- `health` of the services; None.
- acts from before the timeline kept the board's row: their incidents are listed in `unknown`, with status None, no
  stage and nobody assigned. Units without a state of then have status None.

Scope is the asker's of today, asked of the rows of then.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid
from dispatch import access, past
from dispatch.lifecycle import OPEN
from dispatch.models import Assignment, Incident, Notice, TimelineEntry
from grid.access import Scope, scope_of
from grid.models import Grid
from patrol.selectors.unit import rows_from
from patrol.selectors.unit_state import unit_values_at

RECORDED = Coalesce(F("recorded_at"), F("at"))
"""When an entry was written down, and so known to the boards."""

_LASTING = {
    "number": "number",
    "priority": "priority",
    "category": "category_id",
    "summary": "summary",
    "address": "address",
    "lat": "lat",
    "lon": "lon",
    "grid": "grid__code",
    "community": "grid__community",
    "outside": "outside_district",
    "reported_at": "reported_at",
}


def board_at(user: Any, at: datetime) -> dict[str, Any]:
    """The board of `user` as it was at `at`, in the shape of `board.snapshot` and with `unknown`, numbers of incidents
    that were open, nobody kept how. Five queries, two more outside the district's scope, one where a grid was changed.

    Raises Invalid `in_the_future`, or `not_kept` before the history begins.
    """
    require_kept(at)
    scope = scope_of(user)
    rows, unknown = _incidents_at(at)
    incident_of = {
        order["unit"]: row["number"] for row in rows.values() for order in row["assignments"] if order["unit"]
    }
    units = rows_from(
        (*values, incident_of.get(values[0])) for values in unit_values_at(at, working=incident_of)
    )
    shown = list(rows.values())
    if scope.kind != "district":
        shown, unknown = _shown_to(user, scope, shown, unknown)
    return {
        "at": at,
        "scope": {"kind": scope.kind, "organisation": scope.organisation},
        "incidents": shown,
        "units": [row for row in units if _unit_shown(scope, row)],
        "notices": _unseen_at(user, at),
        "health": None,
        "unknown": sorted(unknown),
    }


def history_begins() -> datetime:
    """The earliest instant that can be shown: positions, and states of units, are kept as long."""
    return clock.now() - timedelta(days=settings.POSITION_RETENTION_DAYS)


def require_kept(at: datetime, *, field: str = "at") -> None:
    """Raise Invalid for an instant that has not come, or of which the positions are gone."""
    if at > clock.now():
        raise Invalid("in_the_future", _("This moment has not come yet."), field=field)
    begins = history_begins()
    if at < begins:
        raise Invalid(
            "not_kept",
            _("The board is kept for %(days)s days, since %(day)s.")
            % {
                "days": settings.POSITION_RETENTION_DAYS,
                "day": f"{begins.astimezone(clock.zone()):%Y-%m-%d}",
            },
            field=field,
            details={"begins": begins},
        )


def incidents_between(incidents: QuerySet[Incident], start: datetime, end: datetime) -> QuerySet[Incident]:
    """Those of `incidents` to which something may have happened between two instants, or that stood open. No query.

    Served by `incident_changed` and `incident_open`.
    """
    return incidents.filter(
        Q(updated_at__gte=start) | Q(status__in=sorted(OPEN)), created_at__lte=end
    )  # fmt: skip


def _incidents_at(at: datetime) -> tuple[dict[int, dict[str, Any]], set[str]]:
    """{key: row} of the incidents open at `at`, by key, and the numbers of those of which nobody kept how. Three queries."""
    alive = incidents_between(Incident.objects.all(), at, at)
    lasting = {
        key: (dict(zip(_LASTING, values, strict=True)), closed_at)
        for key, closed_at, *values in alive.order_by("id").values_list("id", "closed_at", *_LASTING.values())
    }
    written = TimelineEntry.objects.filter(incident__in=alive, board__isnull=False)
    states = {
        key: (version, state)
        for key, version, state in written.annotate(recorded=RECORDED)
        .filter(recorded__lte=at)
        .order_by("incident", "-version")
        .distinct("incident")
        .values_list("incident", "version", "board")
    }
    rows: dict[int, dict[str, Any]] = {}
    unknown = set()
    for key, (facts, closed_at) in lasting.items():
        version, state = states.get(key, (None, None))
        if state is None and (closed_at is None or closed_at > at):
            unknown.add(facts["number"])
        elif state is None or state["status"] not in OPEN:
            continue
        rows[key] = past.row_of(facts, version, state)
    _undo(rows, written, at)
    return rows, unknown


def _undo(rows: dict[int, dict[str, Any]], written: QuerySet[TimelineEntry], at: datetime) -> None:
    """Give `rows` back what acts after `at` changed of what usually lasts. One query, two where a grid was changed."""
    later = (
        written.annotate(recorded=RECORDED)
        .filter(recorded__gt=at, board__has_key="was")
        .order_by("incident", "-version")  # so that the oldest has the last word
    )
    grids: dict[int, int | None] = {}
    for key, board in later.values_list("incident", "board"):
        if key in rows:
            was: dict[str, Any] = (board or {})["was"]
            if "grid_id" in was:
                grids[key] = was.pop("grid_id")
            rows[key].update(was)
    if grids:
        known = Grid.objects.in_bulk([key for key in grids.values() if key])
        for key, grid in grids.items():
            row = known.get(grid) if grid else None
            rows[key].update(grid=row.code if row else None, community=row.community if row else None)


def _shown_to(
    user: Any, scope: Scope, rows: list[dict[str, Any]], unknown: set[str]
) -> tuple[list[dict[str, Any]], set[str]]:
    """`rows` that stood on the board of `scope`: the rule of `board.open_incidents`, asked of then; of the `unknown`
    those that `user` may see now, which is all there is to ask. Two queries."""
    orders = [order["id"] for row in rows for order in row["assignments"]]
    ours = set(
        Assignment.objects.filter(
            Q(unit__organisation=scope.organisation) | Q(officer__organisation=scope.organisation),
            pk__in=orders,
        ).values_list("pk", flat=True)
    )
    visible = access.visible_incidents(user, Incident.objects.filter(number__in=unknown))
    unknown = set(visible.values_list("number", flat=True))

    def shown(row: dict[str, Any]) -> bool:
        if row["status"] is None:
            return row["number"] in unknown
        if any(order["id"] in ours for order in row["assignments"]):
            return True
        return scope.kind == "station" and scope.organisation in {row["station"], row["offered_to"]}

    return [row for row in rows if shown(row)], unknown


def _unit_shown(scope: Scope, row: dict[str, Any]) -> bool:
    """The rule of `patrol.selectors.unit.units_in`, asked of then."""
    if scope.kind == "district" or row["organisation"] == scope.organisation:
        return True
    return scope.kind == "station" and row["station"] == scope.organisation


def _unseen_at(user: Any, at: datetime) -> list[str]:
    """The numbers of the incidents that rang for `user` at `at`. One query."""
    rang = Q(seen_at__isnull=True) | Q(seen_at__gt=at)
    stood = Q(escalation__ended_at__isnull=True) | Q(escalation__ended_at__gt=at)
    return list(
        Notice.objects.filter(rang, stood, recipient=user, created_at__lte=at)
        .order_by("escalation__incident__number")
        .values_list("escalation__incident__number", flat=True)
        .distinct()
    )
