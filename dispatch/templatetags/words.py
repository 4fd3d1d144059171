"""Codes as people read them, in the reader's language: for pages that hold plain rows."""

from django import template

from dispatch.lifecycle import Level, Stage, Status
from dispatch.selectors.category import categories
from grid.selectors.organisation import organisations

register = template.Library()


@register.filter
def organisation_label(code: str | None) -> str:
    """The short name of an organisation; the code of one that is gone."""
    return organisations().label(code) or (code or "")


@register.filter
def category_label(code: str) -> str:
    """The name of a category; the code of one that is gone."""
    kind = categories().get(code)
    return kind.label if kind else code


@register.filter
def stage_label(code: str) -> str:
    """The name of a stage; empty for none."""
    return str(Stage(code).label) if code else ""


@register.filter
def level_label(number: int | None) -> str:
    """The name of a level of escalation; empty for none."""
    return str(Level(number).label) if number else ""


@register.filter
def status_label(code: str) -> str:
    """The name of an incident's status."""
    return str(Status(code).label)


@register.filter
def serial(number: str | None) -> str:
    """An incident's daily serial, as spoken on the radio."""
    return (number or "")[14:]


@register.filter
def span(seconds: float) -> str:
    """`+00:48`, `+3:05 h`: how long something is overdue."""
    total = int(seconds)
    if total < 6000:
        return f"+{total // 60:02d}:{total % 60:02d}"
    return f"+{total // 3600}:{total % 3600 // 60:02d} h"
