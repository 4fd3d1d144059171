"""Plans of the territory as an editor reads them: the territory with the draft laid over it, and what is wrong with it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from boshan_police.kernel import clock
from boshan_police.kernel.errors import Invalid, NotFound
from boshan_police.kernel.rendering import to_json
from grid.boundary import read_drawing
from grid.models import FormerGrid, Grid, Person, PlannedGrid, Posting, TerritoryPlan
from grid.territory_words import halted_words
from grid.topology import CROSSING, OVERLAP, Fault, faults_of, square_metres

BASE_FIELDS = ("code", "station_id", "community_code", "community")
BLOCKING = frozenset({CROSSING, OVERLAP, "unnamed", "twice", "station", "unreadable", "stale"})
"""Kinds of fault with which nothing comes into force; the others are shown and may be meant."""


def key_of(grid: int) -> str:
    """The key by which plans name a grid there is."""
    return f"g{grid}"


def base_of(grid: Grid) -> dict[str, str]:
    """What a draft remembers of a grid it takes up."""
    digest = hashlib.sha256(to_json(grid.boundary)).hexdigest()[:16]
    return {**{name: getattr(grid, name) for name in BASE_FIELDS}, "boundary": digest}


@dataclass(frozen=True)
class Draft:
    """The territory as it would be: key → shape and code; `ground` is what it covers now, `touched` the plan's keys."""

    areas: dict[str, shapely.Geometry]
    codes: dict[str, str]
    touched: frozenset[str]
    ground: shapely.Geometry
    unreadable: tuple[str, ...] = ()


def plan_found(key: int) -> TerritoryPlan:
    """The plan, or NotFound. One query."""
    plan = TerritoryPlan.objects.select_related("author", "updated_by").filter(pk=key).first()
    if plan is None:
        raise NotFound("not_found", _("There is no such plan."))
    return plan


def laid_over(
    plan: TerritoryPlan,
    rows: Iterable[PlannedGrid] | None = None,
    *,
    before: Iterable[TerritoryPlan] = (),
) -> Draft:
    """The territory with `before` and then `plan` in force; `rows` are those of `plan`, where somebody has read them.

    One query, and one per plan.
    """
    areas: dict[str, shapely.Geometry] = {}
    codes: dict[str, str] = {}
    unreadable = []
    for pk, code, boundary in Grid.objects.in_force().values_list("pk", "code", "boundary"):
        try:
            areas[key_of(pk)] = read_drawing(boundary)
            codes[key_of(pk)] = code
        except Invalid:
            continue  # spoilt by hand in SQL: left out and logged where the territory is loaded
    ground = shapely.union_all([area for area in areas.values() if area.is_valid])
    touched: set[str] = set()
    for each in [*before, plan]:
        for row in each.grids.all() if each is not plan or rows is None else rows:
            key = row.key if each is plan or row.grid_id else f"p{each.pk}-{row.key}"
            if each is plan:
                touched.add(row.key)
            if row.removed:
                areas.pop(key, None)
                codes[key] = row.code
                continue
            try:
                areas[key] = read_drawing(row.boundary)
            except Invalid:
                unreadable.append(key)
            codes[key] = row.code
    return Draft(areas, codes, frozenset(touched), ground, tuple(unreadable))


def faults_found(draft: Draft, *, whole: bool = False) -> list[Fault]:
    """Faults of the drawing that the plan takes part in, or all there are. About 0.2 s for 700 grids."""
    return faults_of(draft.areas, ground=draft.ground, only=None if whole else draft.touched)


def paper_faults(plan: TerritoryPlan, rows: Iterable[PlannedGrid]) -> list[dict[str, Any]]:
    """What is wrong with names and states rather than shapes, as rows of `plan_document`. Two queries."""
    rows = list(rows)
    mine = {row.grid_id for row in rows if row.grid_id}
    wanted: dict[str, int] = {}
    for row in rows:
        if not row.removed and row.code:
            wanted[row.code] = wanted.get(row.code, 0) + 1
    taken = {
        code: until
        for pk, code, until in Grid.objects.filter(code__in=wanted).values_list("pk", "code", "valid_until")
        if pk not in mine or until is not None
    }
    # A removed grid keeps its code for ever, so its code is not free either.
    taken |= {row.code: clock.now() for row in rows if row.removed}
    now = {grid.pk: grid for grid in Grid.objects.filter(pk__in=mine)}
    found = []
    for row in rows:
        if row.grid_id and (changed := _moved_on(row, now.get(row.grid_id))):
            found.append(_paper("stale", row, details={"fields": changed}))
        if row.removed:
            continue
        if not row.code or not row.community or not row.community_code or not row.station_id:
            found.append(_paper("unnamed", row))
        elif wanted[row.code] > 1 or row.code in taken:
            found.append(_paper("twice", row))
        if row.station_id and row.station and row.station.kind != "station":
            found.append(_paper("station", row))
    return found


def _moved_on(row: PlannedGrid, grid: Grid | None) -> list[str]:
    """The fields of the grid that are no longer what the draft was drawn over."""
    if grid is None or row.base is None:
        return []
    present = base_of(grid)
    changed = [name.removesuffix("_id") for name, value in present.items() if row.base.get(name) != value]
    return [*changed, *(["retired"] if grid.valid_until else [])]


def _paper(kind: str, row: PlannedGrid, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": f"{kind}-{row.key}",
        "kind": kind,
        "keys": [row.key],
        "codes": [row.code],
        "size": None,
        "keep": None,
        "area": row.boundary,
        "blocking": True,
        "details": dict(details or {}),
    }


def fault_row(fault: Fault, codes: Mapping[str, str]) -> dict[str, Any]:
    """One fault for the map and its list; `size` in m², `keep` the key that gets the piece when it is mended."""
    return {
        "name": fault.name,
        "kind": fault.kind,
        "keys": list(fault.keys),
        "codes": [codes.get(key, "") for key in fault.keys],
        "size": round(fault.size, 1),
        "keep": fault.keep,
        "keep_code": codes.get(fault.keep, "") if fault.keep else None,
        "area": mapping(fault.area),
        "blocking": fault.kind in BLOCKING,
        "details": {},
    }


def grid_row(row: PlannedGrid) -> dict[str, Any]:
    """One grid of a plan. `boundary` as drawn."""
    return {
        "key": row.key,
        "kind": row.kind,
        "grid": row.grid_id,
        "removed": row.removed,
        "code": row.code,
        "station": row.station_id or "",
        "community_code": row.community_code,
        "community": row.community,
        "boundary": row.boundary,
        "people": row.people,
        "size": round(square_metres(shape(row.boundary)), 0),
    }


def plan_document(plan: TerritoryPlan, *, whole: bool = False) -> dict[str, Any]:
    """The plan, its grids and its faults (`whole`: also those of the territory it does not touch). Four queries."""
    rows = list(plan.grids.select_related("station"))
    faults: list[dict[str, Any]] = []
    if plan.state in {TerritoryPlan.State.DRAFT, TerritoryPlan.State.SCHEDULED}:
        draft = laid_over(plan, rows)
        faults = [fault_row(fault, draft.codes) for fault in faults_found(draft, whole=whole)]
        faults = [*paper_faults(plan, rows), *faults]
    return {**plan_row(plan, len(rows)), "grids": [grid_row(row) for row in rows], "faults": faults}


def plan_row(plan: TerritoryPlan, grids: int) -> dict[str, Any]:
    """The head of a plan; `late_seconds` says how late it came into force."""
    return {
        "id": plan.pk,
        "title": plan.title,
        "reason": plan.reason,
        "state": plan.state,
        "state_text": plan.get_state_display(),
        "version": plan.version,
        "author": plan.author.name,
        "updated_by": plan.updated_by.name,
        "updated_at": plan.updated_at,
        "effective_at": plan.effective_at,
        "applied_at": plan.applied_at,
        "late_seconds": plan.late_seconds,
        "halted": halted_words(plan.halted),
        "count": grids,
    }


def plan_rows() -> list[dict[str, Any]]:
    """The last 50 plans, newest first. One query."""
    plans = TerritoryPlan.objects.select_related("author", "updated_by").annotate(size=Count("grids"))
    return [plan_row(plan, plan.size) for plan in plans[:50]]


def territory_faults() -> list[dict[str, Any]]:
    """Faults of the territory as it is now. One query."""
    areas, codes = {}, {}
    for pk, code, boundary in Grid.objects.in_force().values_list("pk", "code", "boundary"):
        codes[key_of(pk)] = code
        try:
            areas[key_of(pk)] = read_drawing(boundary)
        except Invalid:
            continue
    return [fault_row(fault, codes) for fault in faults_of(areas)]


def people_rows() -> list[Any]:
    """Everybody who can serve a grid. One query."""
    people = Person.objects.order_by("organisation", "kind", "number")
    return list(people.values("number", "name", "kind", "organisation"))


def territory_rows(only: int | None = None) -> list[dict[str, Any]]:
    """All grids in force as they are stored, with who serves them now; `vacant` without a community officer. Two queries."""
    grids = Grid.objects.in_force().order_by("code")
    posts = Posting.objects.filter(period__contains=clock.now()).select_related("person")
    if only is not None:
        grids, posts = grids.filter(pk=only), posts.filter(grid=only)
    serving: dict[int, list[dict[str, str]]] = {}
    posts = posts.order_by("person__number")
    for post in posts:
        person = post.person
        serving.setdefault(post.grid_id, []).append(
            {"number": person.number, "name": person.name, "kind": person.kind}
        )
    officer = Person.Kind.COMMUNITY_OFFICER
    return [
        {
            "key": key_of(grid.pk),
            "code": grid.code,
            "station": grid.station_id,
            "community_code": grid.community_code,
            "community": grid.community,
            "boundary": grid.boundary,
            "people": serving.get(grid.pk, []),
            "vacant": not any(person["kind"] == officer for person in serving.get(grid.pk, [])),
        }
        for grid in grids
    ]


def grids_at(instant: Any) -> list[dict[str, Any]]:
    """The territory as it was at `instant`: code, station, community and boundary of each grid then. Two queries."""
    names = ("code", "station_id", "community_code", "community", "boundary")
    then = Grid.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=instant),
        Q(valid_until__isnull=True) | Q(valid_until__gt=instant),
    ).values(*names)
    return sorted(
        [*then, *FormerGrid.objects.filter(period__contains=instant).values(*names)],
        key=lambda row: row["code"],
    )
