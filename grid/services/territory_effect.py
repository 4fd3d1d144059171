"""A plan of the territory comes into force: scheduled with an instant, applied at it, once, whole or not at all."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from boshan_police.kernel import audit, clock, live
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Conflict, DomainError, Invalid
from boshan_police.kernel.locking import lock_rows
from grid.access import PLAN_TERRITORY
from grid.boundary import read_boundary
from grid.models import FormerGrid, Grid, Organisation, PlannedGrid, TerritoryPlan, User
from grid.selectors.territory_plan import BLOCKING, faults_found, laid_over, paper_faults
from grid.territory_words import faults_words, stale_words

from .posting import people_found, posts_set
from .territory_plan import drafting, locked, moved_on

logger = logging.getLogger(__name__)
LATE = timedelta(seconds=60)
"""A plan that came into force later than this says so wherever it is shown."""
_LOCK = 370304_07  # one scheduling at a time: two plans must not take the same grid past each other
State = TerritoryPlan.State


def plan_schedule(
    *, actor: User, key: int, version: int, effective_at: datetime, accept_warnings: bool = False
) -> TerritoryPlan:
    """Decide that the draft comes into force at `effective_at`.

    Conflict `plan_faults` lists what is wrong (with `accept_warnings` gaps and the like may be meant), `plan_stale`
    names grids that changed since they were drawn over, `grid_planned` a plan that already changes one of them,
    `plan_in_the_way` one scheduled for later that would no longer fit.
    """
    if effective_at <= clock.now():
        raise Invalid(
            "effect_past", _("The instant must lie ahead; choose a later one."), field="effective_at"
        )
    with drafting(actor, key, version) as plan:
        _one_at_a_time()
        rows = list(plan.grids.select_related("station"))
        if not rows:
            raise Invalid("plan_empty", _("The plan changes no grid yet."), field="grids")
        _refuse_stale(plan, rows)
        _refuse_planned(plan, rows)
        for row in rows:
            people_found(row.people or [])
        decided = TerritoryPlan.objects.filter(state=State.SCHEDULED).order_by("effective_at", "pk")
        before = list(decided.filter(effective_at__lte=effective_at))
        _refuse_faults(plan, rows, before, accept_warnings)
        _refuse_faults_later([*before, plan], decided.filter(effective_at__gt=effective_at))
        plan.state, plan.effective_at, plan.halted = State.SCHEDULED, effective_at, {}
        audit.record(
            actor=actor,
            code="territory.scheduled",
            target=f"territory plan {plan.pk}",
            details={"effective_at": effective_at.isoformat(), "grids": [row.code for row in rows]},
        )
    return plan


def plan_reopen(*, actor: User, key: int) -> TerritoryPlan:
    """A scheduled plan is a draft again and does not come into force."""
    return _moved(actor, key, from_states={State.SCHEDULED}, to=State.DRAFT, code="territory.reopened")


def plan_withdraw(*, actor: User, key: int) -> TerritoryPlan:
    """Give the plan up. It stays to be read."""
    return _moved(
        actor, key, from_states={State.DRAFT, State.SCHEDULED}, to=State.WITHDRAWN, code="territory.withdrawn"
    )


def _moved(actor: User, key: int, *, from_states: set[str], to: str, code: str) -> TerritoryPlan:
    require(actor, PLAN_TERRITORY)
    with transaction.atomic():
        plan = locked(key)
        if plan.state == to:
            return plan
        if plan.state not in from_states:
            raise Conflict(
                "plan_state",
                _("This can't be done any more: the plan is %(state)s.")
                % {"state": plan.get_state_display()},
                details={"state": plan.state},
            )
        plan.state, plan.effective_at = to, None
        moved_on(plan, actor)
        audit.record(actor=actor, code=code, target=f"territory plan {plan.pk}")
    return plan


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _is_my_turn() -> bool:
    """`_one_at_a_time` without waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _refuse_stale(plan: TerritoryPlan, rows: Iterable[PlannedGrid]) -> None:
    stale = [fault for fault in paper_faults(plan, rows) if fault["kind"] == "stale"]
    if stale:
        grids = {fault["codes"][0]: fault["details"]["fields"] for fault in stale}
        raise Conflict("plan_stale", stale_words(grids), details={"grids": grids})


def _refuse_planned(plan: TerritoryPlan, rows: Iterable[PlannedGrid]) -> None:
    """The second plan for the same grid, or for the same new code, is refused by name."""
    grids = [row.grid_id for row in rows if row.grid_id]
    codes = [row.code for row in rows if not row.removed]
    others = PlannedGrid.objects.filter(plan__state=State.SCHEDULED).exclude(plan=plan)
    other = (
        others.filter(grid__in=grids).select_related("plan").first()
        or others.filter(code__in=codes).select_related("plan").first()
    )
    if other:
        instant = timezone.localtime(other.plan.effective_at)
        raise Conflict(
            "grid_planned",
            _("%(grid)s is already changed by the plan “%(plan)s”, which takes effect %(at)s.")
            % {"grid": other.code, "plan": other.plan.title, "at": f"{instant:%Y-%m-%d %H:%M}"},
            details={"grid": other.code, "plan": other.plan_id, "effective_at": instant.isoformat()},
        )


def _refuse_faults(
    plan: TerritoryPlan, rows: list[PlannedGrid], before: list[TerritoryPlan], accept_warnings: bool
) -> None:
    draft = laid_over(plan, rows, before=before)
    kinds = [fault["kind"] for fault in paper_faults(plan, rows) if fault["blocking"]]
    kinds += ["unreadable" for _key in draft.unreadable]
    faults = faults_found(draft)
    kinds += [fault.kind for fault in faults if fault.kind in BLOCKING]
    meant = [fault.kind for fault in faults if fault.kind not in BLOCKING]
    if kinds or (meant and not accept_warnings):
        raise Conflict(
            "plan_faults" if kinds else "plan_warnings",
            faults_words(len(kinds))
            if kinds
            else _("Gaps and the like that may be meant: %(count)s. Look at them, then accept them.")
            % {"count": len(meant)},
            details={"kinds": sorted({*kinds, *meant}), "count": len(kinds or meant)},
        )


def _refuse_faults_later(before: list[TerritoryPlan], later: Iterable[TerritoryPlan]) -> None:
    """What was decided for later was looked at without the last of `before`; on paper they can't meet, on the map they do."""
    for other in later:
        if any(fault.kind in BLOCKING for fault in faults_found(laid_over(other, before=before))):
            instant = timezone.localtime(other.effective_at)
            raise Conflict(
                "plan_in_the_way",
                _("The plan “%(plan)s”, which takes effect %(at)s, would no longer fit.")
                % {"plan": other.title, "at": f"{instant:%Y-%m-%d %H:%M}"},
                details={"plan": other.pk},
            )
        before = [*before, other]


def plans_take_effect() -> list[TerritoryPlan]:
    """Bring into force what is due, earliest first; returns what was. One query when nothing is due.

    One worker at a time, one transaction per plan: a second worker leaves the rest to the first, and one that dies
    leaves it due. A plan that no longer fits is a draft again and says why.
    """
    due = TerritoryPlan.objects.filter(state=State.SCHEDULED, effective_at__lte=clock.now())
    done = []
    for key in due.order_by("effective_at", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                if not _is_my_turn():
                    break
                plan = locked(key)
                if plan.state == State.SCHEDULED:
                    _apply(plan)
                    done.append(plan)
        except (DomainError, IntegrityError) as error:
            logger.error("territory plan %s did not come into force: %s", key, error)
            _halt(key, _why(error))
    return done


def _why(error: DomainError | IntegrityError) -> dict[str, Any]:
    if isinstance(error, DomainError):
        return {"code": error.code, **error.details}
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    return {"code": "post_taken" if constraint == "posting_once_at_a_time" else "code_taken"}


def _halt(key: int, why: dict[str, Any]) -> None:
    with transaction.atomic():
        halted = TerritoryPlan.objects.filter(pk=key, state=State.SCHEDULED)
        if halted.update(state=State.DRAFT, halted=why, effective_at=None, version=F("version") + 1):
            audit.record(actor=None, code="territory.halted", target=f"territory plan {key}", details=why)


def _apply(plan: TerritoryPlan) -> None:
    at = plan.effective_at
    if at is None:  # the constraint of the table
        raise ValueError("a scheduled plan has an instant")
    rows = list(plan.grids.select_related("station"))
    # Before they are looked at: an edit that is on its way is waited for, and found.
    grids = lock_rows(Grid, [row.grid_id for row in rows if row.grid_id])
    _refuse_stale(plan, rows)
    _refuse_faults(plan, rows, [], accept_warnings=True)
    there = [(row, grids[row.grid_id]) for row in rows if row.grid_id]
    renamed = [grid.pk for row, grid in there if grid.code != row.code]
    FormerGrid.objects.bulk_create(FormerGrid.of(grid, plan, at) for row, grid in there if not row.removed)
    for key in renamed:  # two that swap their codes must not meet
        Grid.objects.filter(pk=key).update(code=f"~{key}")
    for row in rows:
        grid = grids[row.grid_id] if row.grid_id else Grid()
        if row.removed:
            Grid.objects.filter(pk=grid.pk).update(valid_until=at)
            posts_set(grid=grid, people=[], at=at)
            continue
        _write(grid, row, at)
        if row.people is not None:
            posts_set(grid=grid, people=row.people, at=at)
    plan.state, plan.applied_at = State.IN_FORCE, clock.now()
    plan.version += 1
    plan.save()
    late = plan.late_seconds or 0.0
    details: dict[str, Any] = {"effective_at": at.isoformat(), "grids": [row.code for row in rows]}
    if late > LATE.total_seconds():
        details["late_seconds"] = round(late)
        logger.error("territory plan %s came into force %d s late", plan.pk, late)
    audit.record(
        actor=plan.updated_by, code="territory.in_force", target=f"territory plan {plan.pk}", details=details
    )
    live.publish(_everybody(), {"type": "territory", "plan": plan.pk, "at": plan.applied_at})


def _write(grid: Grid, row: PlannedGrid, at: datetime) -> None:
    area = read_boundary(row.boundary)
    centre = shapely.maximum_inscribed_circle(area, tolerance=1e-4).coords[0]
    grid.code, grid.station_id = row.code, row.station_id or ""
    grid.community_code, grid.community = row.community_code, row.community
    grid.boundary, grid.valid_from = row.boundary, at
    grid.lon, grid.lat = round(centre[0], 6), round(centre[1], 6)
    grid.save()


def _everybody() -> list[str]:
    """All topics: a border concerns every map."""
    codes = Organisation.objects.values_list("code", flat=True)
    return [live.DISTRICT, *(live.organisation_topic(code) for code in codes)]
