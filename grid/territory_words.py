"""Why a plan of the territory can't be scheduled or did not come into force, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _


def stale_words(grids: Mapping[str, Sequence[str]]) -> str:
    """`grids`: code → fields that changed since the plan was drawn."""
    names = {
        "code": _("code"),
        "station": _("station"),
        "community": _("community"),
        "community_code": _("community code"),
        "boundary": _("boundary"),
        "retired": _("retired"),
    }
    what = "; ".join(
        f"{code}: {', '.join(names[field] for field in fields)}" for code, fields in list(grids.items())[:5]
    )
    return _(
        "Changed since this plan was drawn: %(what)s. Look at it and take the present state as base."
    ) % {"what": what}


def faults_words(count: int) -> str:
    return _("Faults to be mended first: %(count)s.") % {"count": count}


def nobody_words(number: str) -> str:
    return _("There is nobody with the number %(number)s.") % {"number": number}


def halted_words(halted: Mapping[str, Any]) -> str:
    """What `TerritoryPlan.halted` says; "" for a plan that did not halt."""
    match halted:
        case {"code": "plan_stale", "grids": grids}:
            return stale_words(grids)
        case {"code": "plan_faults", "count": count}:
            return faults_words(count)
        case {"code": "person_unknown", "number": number}:
            return nobody_words(number)
        case {"code": "code_taken"}:
            return _("Something else has taken one of its codes meanwhile.")
        case {"code": "post_taken"}:
            return _("Somebody else has changed a post of its grids meanwhile.")
        case {"words": words}:
            return str(words)
        case {"code": code}:
            return _("It no longer fits (%(code)s).") % {"code": code}
    return ""
