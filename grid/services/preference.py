"""One's own choices about sound, notices and keys; and the minute of silence, which is logged."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from boshan_police.kernel.errors import Invalid
from grid import live
from grid.access import OWN_PREFERENCE
from grid.models import Preference, User
from grid.models.preference import RANGES

MUTE_SECONDS = 60


def preference_save(*, actor: User, **choices: Any) -> Preference:
    """Keep the actor's `choices` (fields of `Preference`); what is not named stays. Two statements, none for no change.

    Invalid `out_of_range` names the field: the volume has a floor, and an escalation has no switch at all.
    """
    require(actor, OWN_PREFERENCE)
    for name, value in choices.items():
        low, high = RANGES.get(name, (False, True))
        if not low <= value <= high:
            raise Invalid(
                "out_of_range",
                _("Choose a value from %(low)s to %(high)s.") % {"low": low, "high": high},
                field=name,
            )
    with transaction.atomic():
        # Two of one's screens may save at once.
        person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        before = person.chosen
        chosen = Preference(**{**before.as_json(), **choices})
        if chosen != before:
            person.preference = chosen.as_json()
            person.save(update_fields=["preference"])
            changed = {name: value for name, value in choices.items() if getattr(before, name) != value}
            audit.record(
                actor=actor, code="preference.saved", target=f"account {actor.username}", details=changed
            )
            live.preference_changed(person)
        actor.preference = person.preference
    return chosen


def sound_mute(*, actor: User) -> int:
    """Note that the actor silenced a screen. Returns for how many seconds: only ever a minute."""
    require(actor, OWN_PREFERENCE)
    audit.record(
        actor=actor,
        code="sound.muted",
        target=f"account {actor.username}",
        details={"seconds": MUTE_SECONDS},
    )
    return MUTE_SECONDS
