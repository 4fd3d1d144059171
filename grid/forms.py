"""Forms of pages that work without script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.models.preference import VOLUME_FLOOR

_FROM = [
    (4, _("All priorities")),
    (3, _("Priorities 1 to 3")),
    (2, _("Priorities 1 and 2")),
    (1, _("Priority 1 only")),
    (0, _("None")),
]


def _priorities(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_FROM, coerce=int)


class PreferenceForm(forms.Form):
    """Sound and notice by importance. `cleaned_data` fits `preference_save`."""

    volume = forms.IntegerField(
        label=_("Volume"),
        min_value=VOLUME_FLOOR,
        max_value=100,
        widget=forms.NumberInput({"type": "range", "step": 5, "min": VOLUME_FLOOR, "max": 100}),
    )
    order_sound = _priorities(_("New order, sound"))
    late_sound = _priorities(_("Late, sound"))
    order_notice = _priorities(_("New order, notice"))
    late_notice = _priorities(_("Late, notice"))
    escalated_notice = forms.BooleanField(label=_("Notice of an escalation to me"), required=False)
    single_keys = forms.BooleanField(label=_("Keys of one letter, digit or sign"), required=False)
