"""Drafting a plan of the territory. Each act saves, so that nothing drawn or typed is lost; nothing comes into force here."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry import mapping

from boshan_police.kernel import audit, clock
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from grid.access import PLAN_TERRITORY
from grid.boundary import read_boundary, read_drawing
from grid.models import Grid, Organisation, PlannedGrid, TerritoryPlan, User
from grid.selectors.territory_plan import base_of, faults_found, key_of, laid_over
from grid.topology import mended, merge, split

MOST_GRIDS = 5000
"""Grids in one plan: the district seven times over."""
State = TerritoryPlan.State


def plan_create(*, actor: User, title: str, reason: str = "") -> TerritoryPlan:
    """A new, empty draft."""
    require(actor, PLAN_TERRITORY)
    now = clock.now()
    with transaction.atomic():
        plan = TerritoryPlan.objects.create(
            title=title, reason=reason, author=actor, updated_by=actor, created_at=now, updated_at=now
        )
        audit.record(actor=actor, code="territory.drafted", target=f"territory plan {plan.pk}")
    return plan


@contextmanager
def drafting(actor: User, key: int, version: int | None) -> Iterator[TerritoryPlan]:
    """The plan under its lock, a draft that nobody else changed meanwhile; moves its version on.

    Conflict `plan_moved_on` names who was sooner, `plan_not_draft` the state it is in.
    """
    require(actor, PLAN_TERRITORY)
    with transaction.atomic():
        plan = locked(key)
        if plan.state != State.DRAFT:
            raise Conflict(
                "plan_not_draft",
                _("This plan is no draft any more: %(state)s.") % {"state": plan.get_state_display()},
                details={"state": plan.state},
            )
        if version is not None and version != plan.version:
            raise Conflict(
                "plan_moved_on",
                _("%(who)s has changed this plan meanwhile. The page shows it as it is now; do it once more.")
                % {"who": plan.updated_by.name},
                details={"version": plan.version},
            )
        yield plan
        moved_on(plan, actor)


def locked(key: int) -> TerritoryPlan:
    """The plan under its row lock; NotFound. Needs a transaction."""
    plan = (
        TerritoryPlan.objects.select_for_update(of=("self",))
        .select_related("author", "updated_by")
        .filter(pk=key)
        .first()
    )
    if plan is None:
        raise NotFound("not_found", _("There is no such plan."))
    return plan


def moved_on(plan: TerritoryPlan, actor: User) -> None:
    """Write the plan with a new version."""
    plan.version += 1
    plan.updated_by, plan.updated_at = actor, clock.now()
    plan.save()


def plan_save(
    *,
    actor: User,
    key: int,
    version: int | None = None,
    title: str | None = None,
    reason: str | None = None,
    grids: Iterable[Mapping[str, Any]] = (),
    drop: Sequence[str] = (),
) -> TerritoryPlan:
    """Keep what the editor changed: `grids` (key and any of the fields of a planned grid) and `drop` (keys given up).

    A shape that crosses itself is kept too; it can't come into force (`selectors.territory_plan`). `rebase` true in a
    row takes the present grid as the one drawn over.
    """
    with drafting(actor, key, version) as plan:
        if title is not None:
            plan.title = title
        if reason is not None:
            plan.reason = reason
        plan.halted = {}
        if drop:
            plan.grids.filter(key__in=drop).delete()
        rows_keep(plan, grids)
    return plan


def rows_keep(plan: TerritoryPlan, grids: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of a locked draft. Four queries and one per 500 rows."""
    wanted = {str(row["key"]): row for row in grids}
    if not wanted:
        return
    held = {row.key: row for row in plan.grids.filter(key__in=wanted)}
    ids = [int(found[1]) for name in wanted if (found := re.fullmatch(r"g(\d{1,18})", name))]
    there = {key_of(grid.pk): grid for grid in Grid.objects.filter(pk__in=ids)}
    stations = set(Organisation.objects.values_list("code", flat=True))
    new, changed = [], []
    for name, given in wanted.items():
        row = held.get(name)
        if row is None:
            row = _taken_up(plan, name, there.get(name))
            new.append(row)
        else:
            changed.append(row)
        if given.get("rebase") and name in there:
            row.base = base_of(there[name])
        if given.get("boundary") is not None:
            read_drawing(given["boundary"])
            row.boundary = given["boundary"]
        for field in ("code", "community_code", "community", "people"):
            if field in given:
                setattr(row, field, given[field])
        if "station" in given:
            if given["station"] and given["station"] not in stations:
                raise Invalid("station_unknown", _("There is no such station."), field="station")
            row.station_id = given["station"] or None
        if "removed" in given:
            row.removed = bool(given["removed"]) and row.grid_id is not None
        if row.boundary is None:
            raise Invalid("boundary_missing", _("A new grid needs a boundary."), field="boundary")
    if len(held) + len(new) > MOST_GRIDS or plan.grids.count() + len(new) > MOST_GRIDS:
        raise Invalid("too_many_grids", _("A plan holds at most %(count)s grids.") % {"count": MOST_GRIDS})
    PlannedGrid.objects.bulk_create(new, batch_size=500)
    fields = ["removed", "code", "station", "community_code", "community", "boundary", "base", "people"]
    PlannedGrid.objects.bulk_update(changed, fields, batch_size=500)


def _taken_up(plan: TerritoryPlan, key: str, grid: Grid | None) -> PlannedGrid:
    """A row for a grid there is, as it is now, or for a new one."""
    if grid is None:
        if not re.fullmatch(r"n[0-9a-z-]{1,38}", key):
            raise Invalid("grid_unknown", _("There is no such grid."), field="key")
        return PlannedGrid(plan=plan, key=key, people=[])
    return PlannedGrid(
        plan=plan,
        key=key,
        grid=grid,
        code=grid.code,
        station_id=grid.station_id,
        community_code=grid.community_code,
        community=grid.community,
        boundary=grid.boundary,
        base=base_of(grid),
    )


def new_key() -> str:
    """The key of a grid that a plan makes."""
    return f"n{uuid4().hex[:16]}"


def _row(plan: TerritoryPlan, key: str) -> PlannedGrid:
    """The plan's row of `key`, taken up from the territory where it has none; unsaved then."""
    row = plan.grids.filter(key=key).first()
    if row is None:
        digits = re.fullmatch(r"g(\d{1,18})", key)
        grid = Grid.objects.in_force().filter(pk=digits[1]).first() if digits else None
        if grid is None:
            raise NotFound("not_found", _("There is no such grid."))
        row = _taken_up(plan, key, grid)
    if row.removed:
        raise Conflict("grid_removed", _("This plan retires the grid."), details={"key": key})
    return row


def plan_split(
    *, actor: User, key: int, grid: str, line: Sequence[Sequence[float]], version: int | None = None
) -> tuple[TerritoryPlan, str]:
    """Cut a grid along `line` [[lon, lat]…]; the larger part stays the grid, the other is new → (plan, its key).

    The new part has the next free code of its series and nobody serving it: who does is chosen, or seen to be missing.
    """
    with drafting(actor, key, version) as plan:
        row = _row(plan, grid)
        parts = split(read_boundary(row.boundary), _line(line))
        row.boundary = mapping(parts[0])
        row.save()
        new = PlannedGrid.objects.create(
            plan=plan,
            key=new_key(),
            code=next_code(row.code, plan),
            station_id=row.station_id,
            community_code=row.community_code,
            community=row.community,
            boundary=mapping(parts[1]),
            people=[],
        )
    return plan, new.key


def _line(points: Sequence[Sequence[float]]) -> shapely.LineString:
    distinct = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    if len(distinct) < 2:
        raise Invalid("line_short", _("The line needs two points."), field="line")
    return shapely.LineString(distinct)


def next_code(code: str, plan: TerritoryPlan) -> str:
    """The code after the last of the series of `code` (城东-017 → 城东-064), also counting retired and planned ones."""
    found = re.fullmatch(r"(.*?)(\d+)", code, re.ASCII)
    stem, width = (found[1], len(found[2])) if found else (f"{code}-", 3)
    used = set(Grid.objects.filter(code__startswith=stem).values_list("code", flat=True))
    used |= set(
        PlannedGrid.objects.filter(
            code__startswith=stem, plan__state__in=[State.DRAFT, State.SCHEDULED]
        ).values_list("code", flat=True)
    )
    numbers = [int(match[1]) for one in used if (match := re.fullmatch(re.escape(stem) + r"(\d{1,9})", one))]
    return f"{stem}{max(numbers, default=0) + 1:0{width}d}"[:30]


def plan_merge(*, actor: User, key: int, grids: Sequence[str], version: int | None = None) -> TerritoryPlan:
    """Join adjacent grids; the first keeps its code and its people, the others are retired."""
    if len(set(grids)) < 2:
        raise Invalid("merge_two", _("Choose two grids or more."), field="grids")
    with drafting(actor, key, version) as plan:
        rows = [_row(plan, name) for name in dict.fromkeys(grids)]
        rows[0].boundary = mapping(merge(read_boundary(row.boundary) for row in rows))
        rows[0].save()
        for row in rows[1:]:
            if row.grid_id is None:
                row.delete()
            else:
                row.removed = True
                row.save()
    return plan


def plan_mend(*, actor: User, key: int, fault: str, version: int | None = None) -> TerritoryPlan:
    """Mend a gap or an overlap as it suggests: the neighbour with the longest border gets the piece."""
    with drafting(actor, key, version) as plan:
        draft = laid_over(plan)
        found = next((one for one in faults_found(draft, whole=True) if one.name == fault), None)
        if found is None:
            raise Conflict("fault_gone", _("This fault is no longer there."))
        for name, area in mended(draft.areas, found).items():
            row = _row(plan, name)
            row.boundary = mapping(area)
            row.save()
    return plan
