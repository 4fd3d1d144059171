"""Fills the database with the demo district. What is already there is left alone: a second run changes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import models, transaction

from boshan_police.kernel import clock, reference
from boshan_police.kernel.access import Role
from dispatch.models import Category, IntakeTemplate, PlanNeed, Policy, PolicyStep, ResponsePlan
from grid.models import Grid, Hazard, Organisation, Person, PlaceName, Posting, User
from patrol.models import Device, Unit

from .accounts import missing_accounts
from .configuration import categories, needs_of, policies, response_plans, steps_of
from .organisations import organisations
from .people import people, postings
from .places import SOURCE, hazards, place_names, templates
from .territory import drawing, grids
from .units import units

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Made:
    """One kind of row: how many a run made, how many there are now."""

    model: type[models.Model]
    made: int
    total: int


@transaction.atomic
def seed_world(seed: int) -> list[Made]:
    """Make what is missing of the demo district. The same `seed` gives the same people, forces and places."""
    made = [
        _add(Organisation, "code", organisations()),
        _add(Grid, "code", grids()),
        _add(Category, "code", categories()),
        _add_templates(),
        _add_policies(),
        _add_plans(),
        _add_people(seed),
        _add_postings(),
        _add(Unit, "call_sign", units(seed, clock.now())),
        _add_devices(seed),
        _add(User, "username", missing_accounts(seed)),
        _add_place_names(seed),
        _add_hazards(seed),
    ]
    transaction.on_commit(reference.forget_all)
    return made


def _add(model: type[M], key: str, rows: Sequence[M]) -> Made:
    """Insert those of `rows` whose `key` is new; without any, no statement is sent and no version moves."""
    present = set(model._default_manager.values_list(key, flat=True))
    new = [row for row in rows if getattr(row, key) not in present]
    if new:
        model._default_manager.bulk_create(new)
    return Made(model, len(new), len(present) + len(new))


def _add_policies() -> Made:
    """The default policies with their steps. A policy that is there keeps its own steps."""
    present = set(Policy.objects.filter(category=None).values_list("priority", flat=True))
    new = Policy.objects.bulk_create(policy for policy in policies() if policy.priority not in present)
    if new:
        PolicyStep.objects.bulk_create(step for policy in new for step in steps_of(policy))
    return Made(Policy, len(new), Policy.objects.count())


def _add_templates() -> Made:
    """The intake templates. A category that has one keeps its own."""
    present = set(IntakeTemplate.objects.values_list("category_id", flat=True))
    new = IntakeTemplate.objects.bulk_create(one for one in templates() if one.category_id not in present)
    return Made(IntakeTemplate, len(new), IntakeTemplate.objects.count())


def _add_place_names(seed: int) -> Made:
    """The gazetteer, where nothing of it is there: names that were imported or retired stay as they are."""
    new = [] if PlaceName.objects.filter(source=SOURCE).exists() else place_names(seed)
    made = PlaceName.objects.bulk_create(new, ignore_conflicts=True) if new else []
    return Made(PlaceName, len(made), PlaceName.objects.count())


def _add_hazards(seed: int) -> Made:
    """Warnings entered by each station's duty commander, where there is none yet."""
    new = []
    if not Hazard.objects.exists():
        commanders = dict(
            User.objects.filter(role=Role.STATION_COMMANDER)
            .order_by("-username")
            .values_list("organisation_id", "pk")
        )
        for station, hazard in hazards(place_names(seed), clock.now()):
            if station in commanders:
                hazard.entered_by_id = commanders[station]
                new.append(hazard)
        Hazard.objects.bulk_create(new)
    return Made(Hazard, len(new), Hazard.objects.count())


def _add_plans() -> Made:
    """The response plans with their needs. A plan that is there keeps its own."""
    present = set(ResponsePlan.objects.values_list("category", "priority"))
    new = [
        (plan, needs) for plan, needs in response_plans() if (plan.category_id, plan.priority) not in present
    ]
    if new:
        ResponsePlan.objects.bulk_create(plan for plan, _ in new)
        PlanNeed.objects.bulk_create(need for plan, needs in new for need in needs_of(plan, needs))
    return Made(ResponsePlan, len(new), len(present) + len(new))


def _add_devices(seed: int) -> Made:
    """A radio without a token for each demo unit that has no device: the simulated night reports by it."""
    ours = [unit.call_sign for unit in units(seed, clock.now())]
    new = [
        Device(identifier=f"radio-{unit.call_sign}", unit=unit)
        for unit in Unit.objects.filter(call_sign__in=ours, devices=None)
    ]
    Device.objects.bulk_create(new)
    return Made(Device, len(new), Device.objects.count())


def _add_people(seed: int) -> Made:
    per_station = Counter(str(feature["properties"]["station"]) for feature in drawing())
    return _add(Person, "number", people(seed, per_station))


def _add_postings() -> Made:
    """Post those who were never posted; who was, stays as the administrator left it."""
    posted = set(Posting.objects.values_list("person_id", flat=True))
    everybody = list(Person.objects.all())
    new = []
    if any(person.pk not in posted for person in everybody):
        ground = list(Grid.objects.only("code", "station_id", "community_code"))
        new = [row for row in postings(everybody, ground) if row.person_id not in posted]
        Posting.objects.bulk_create(new)
    return Made(Posting, len(new), Posting.objects.count())
