"""A file of grids laid over the territory: first looked at, then, if wanted, put into a draft plan. Nothing else changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping as as_geometry

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, Invalid
from grid.access import PLAN_TERRITORY
from grid.boundary import read_drawing
from grid.interchange import Sheet
from grid.models import Grid, Organisation, TerritoryPlan, User
from grid.selectors.territory_plan import key_of

from .territory_plan import drafting, new_key, rows_keep

FIELDS = ("code", "station", "community_code", "community")
_LONGEST = {"code": 30, "community_code": 12, "community": 40}
_SAME = 1e-7  # degrees: a centimetre is no change
_GUESSES = {
    "code": ("code", "grid", "grid_code", "name", "网格编码", "网格编号", "网格代码", "网格", "编码", "编号"),
    "station": ("station", "police_station", "派出所", "所属派出所", "派出所代码"),
    "community_code": ("community_code", "社区代码", "社区编码", "communitycode", "comm_code", "community_"),
    "community": ("community", "社区", "社区名称", "comm_name"),
}


def columns_guessed(columns: tuple[str, ...]) -> dict[str, str]:
    """Which column probably holds what; "" for none."""
    by_name = {name.lower(): name for name in columns}
    return {
        wanted: next((by_name[name] for name in names if name in by_name), "")
        for wanted, names in _GUESSES.items()
    }


@dataclass
class Comparison:
    """What the file would change. `rows` go into a draft, `problems` (code, what, area) can't, as they are."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many are new, changed, unchanged, removed, repaired and not usable."""
        kinds = [row["kind"] for row in self.rows]
        return {
            **{kind: kinds.count(kind) for kind in ("new", "changed", "removed")},
            "unchanged": self.unchanged,
            "repaired": sum(row["repaired"] for row in self.rows),
            "problems": len(self.problems),
        }


def compared(
    sheet: Sheet, columns: Mapping[str, str], *, retire: bool = False, repair: bool = False
) -> Comparison:
    """`sheet` against the territory, by code. Two queries.

    `columns` maps code, station, community_code, community to columns of the file; what it leaves out stays as it is,
    or, for a new grid, is taken from the grid that lies there now. `retire`: grids that the file lacks are retired.
    `repair`: a shape that crosses itself is made simple; it counts as repaired.
    """
    chosen = {name: column for name, column in columns.items() if name in FIELDS and column}
    if missing := [column for column in chosen.values() if column not in sheet.columns]:
        raise Invalid(
            "column_unknown",
            _("The file has no column %(name)s.") % {"name": missing[0][:40]},
            field="columns",
        )
    if "code" not in chosen:
        raise Invalid(
            "column_missing", _("Choose the column that holds the codes of the grids."), field="columns"
        )
    grids = {grid.code: grid for grid in Grid.objects.all()}
    present = [grid for grid in grids.values() if grid.valid_until is None]
    drawn = {grid.pk: _drawn(grid) for grid in grids.values()}
    there = [grid for grid in present if drawn[grid.pk] is not None]
    tree = shapely.STRtree([drawn[grid.pk] for grid in there])
    stations = _stations()
    result, seen = Comparison(), set()
    for values, area in zip(sheet.rows, sheet.shapes, strict=True):
        given = {name: values[column] for name, column in chosen.items()}
        code = given["code"]
        problem, area, repaired = _sound(area, repair)
        grid = grids.get(code)
        problem = problem or _paper_problem(given, grid, code in seen, stations)
        seen.add(code)
        if problem or area is None:
            result.problems.append(
                {"code": code, "what": problem, "boundary": as_geometry(area) if area is not None else None}
            )
            continue
        if "station" in given:
            given["station"] = stations[given["station"]] if given["station"] else ""
        if grid is None:
            row = _new(given, area, there, tree)
        elif _same(grid, drawn[grid.pk], given, area):
            result.unchanged += 1
            continue
        else:
            row = {"key": key_of(grid.pk), "kind": "changed", **given, "removed": False}
        result.rows.append({**row, "boundary": as_geometry(area), "repaired": repaired})
    if retire:
        result.rows += [
            {
                "key": key_of(grid.pk),
                "kind": "removed",
                "code": grid.code,
                "removed": True,
                "boundary": grid.boundary,
                "repaired": False,
            }
            for grid in present
            if grid.code not in seen
        ]
    return result


def _stations() -> dict[str, str]:
    """Every way a file may name a station → its code."""
    found: dict[str, str] = {}
    rows = Organisation.objects.filter(kind=Organisation.Kind.STATION)
    for code, *names in rows.values_list("code", "name", "name_en", "short_name", "short_name_en"):
        for name in (code, *names, f"{names[2]}派出所", f"{names[2]}所"):
            found.setdefault(name, code)
    return found


def _sound(area: shapely.Geometry | None, repair: bool) -> tuple[str, shapely.Geometry | None, bool]:
    if area is None:
        return _("no area"), None, False
    if area.is_valid:
        return "", area, False
    if not repair:
        return shapely.is_valid_reason(area), area, False
    parts = [part for part in shapely.get_parts(shapely.make_valid(area)) if part.geom_type == "Polygon"]
    parts += [
        part
        for group in shapely.get_parts(shapely.make_valid(area))
        if group.geom_type == "MultiPolygon"
        for part in group.geoms
    ]
    if not parts:
        return _("encloses nothing"), area, False
    return "", parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts), True


def _paper_problem(
    given: Mapping[str, str], grid: Grid | None, again: bool, stations: Mapping[str, str]
) -> str:
    if not given["code"]:
        return _("no code")
    if again:
        return _("the code stands in the file twice")
    if grid is not None and grid.valid_until is not None:
        return _("a retired grid has this code")
    if given.get("station") and given["station"] not in stations:
        return _("unknown station: %(name)s") % {"name": given["station"][:40]}
    for name, longest in _LONGEST.items():
        if len(given.get(name, "")) > longest:
            return _("longer than %(count)s characters: %(name)s") % {"count": longest, "name": name}
    if any(not char.isprintable() for value in given.values() for char in value):
        return _("control characters")
    return ""


def _new(
    given: Mapping[str, str], area: shapely.Geometry, there: list[Grid], tree: shapely.STRtree
) -> dict[str, Any]:
    found = tree.query(area.representative_point(), predicate="covered_by")
    lies_in = there[int(found[0])] if found.size else None
    row: dict[str, Any] = {
        "key": new_key(),
        "kind": "new",
        "removed": False,
        "station": lies_in.station_id if lies_in else "",
        "community_code": lies_in.community_code if lies_in else "",
        "community": lies_in.community if lies_in else "",
    }
    return {**row, **{name: value for name, value in given.items() if value}}


def _drawn(grid: Grid) -> shapely.Geometry | None:
    """None for a boundary spoilt by hand in SQL."""
    try:
        return read_drawing(grid.boundary)
    except Invalid:
        return None


def _same(
    grid: Grid, drawn: shapely.Geometry | None, given: Mapping[str, str], area: shapely.Geometry
) -> bool:
    now = {
        "code": grid.code,
        "station": grid.station_id,
        "community_code": grid.community_code,
        "community": grid.community,
    }
    if drawn is None or any(now[name] != value for name, value in given.items() if value):
        return False
    return bool(shapely.equals_exact(shapely.normalize(drawn), shapely.normalize(area), tolerance=_SAME))


def plan_import(
    *,
    actor: User,
    key: int,
    sheet: Sheet,
    columns: Mapping[str, str],
    retire: bool = False,
    repair: bool = False,
    skip: bool = False,
    version: int | None = None,
) -> tuple[TerritoryPlan, Comparison]:
    """Put what the file changes into a draft. Conflict `import_problems` unless `skip` leaves out what can't be used."""
    require(actor, PLAN_TERRITORY)
    found = compared(sheet, columns, retire=retire, repair=repair)
    if found.problems and not skip:
        raise Conflict(
            "import_problems",
            _("%(count)s rows can't be used. Nothing was taken; correct the file or leave them out.")
            % {"count": len(found.problems)},
            details={"problems": [{"code": row["code"], "what": row["what"]} for row in found.problems[:50]]},
        )
    with drafting(actor, key, version) as plan:
        rows_keep(
            plan,
            [{name: row[name] for name in row if name not in {"kind", "repaired"}} for row in found.rows],
        )
        audit.record(
            actor=actor, code="territory.imported", target=f"territory plan {plan.pk}", details=found.counts()
        )
    return plan, found
