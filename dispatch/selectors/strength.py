"""What the bureau has at all, against what its response plans ask for."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from patrol.models import Unit

from .plan import Need
from .recommendation import need_text


def beyond_strength(needs: Sequence[Need]) -> list[tuple[int, str]]:
    """(index, sentence) of each need of one plan that all units together, on duty or not, could not meet. One query.

    A need also counts what the needs before it take away, where only the same units could meet them.
    """
    units = list(Unit.objects.values_list("pk", "kind", "capabilities"))
    able = [
        {
            pk
            for pk, kind, capabilities in units
            if kind in need.kinds and (not need.capability or need.capability in capabilities)
        }
        for need in needs
    ]
    found = []
    for index, need in enumerate(needs):
        asked = sum(needs[i].count for i in range(index + 1) if able[i] <= able[index])
        if asked > len(able[index]):
            words = {"need": need_text(need), "count": len(able[index]), "asked": asked}
            found.append((index, _("%(need)s: the bureau has %(count)s such units, the plan asks for %(asked)s.") % words))  # fmt: skip
    return found
