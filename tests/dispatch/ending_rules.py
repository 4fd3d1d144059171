"""Rules of the state machine: closing, calling off, reopening."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from dispatch.lifecycle import INCIDENT_MOVES
from dispatch.models import Incident
from dispatch.services.incident import incident_cancel, incident_close, incident_invalidate, incident_reopen

incidents = Bundle("incidents")
PEOPLE = [
    "dispatcher",
    "watch",
    "east_commander",
    "east_officer",
    "south_commander",
    "south_officer",
    "guard",
    "admin",
]


class Endings:
    """Mixed into the state machine, whose `who` and `_lawfully` it uses."""

    who: Callable[[str], Any]
    _lawfully: Callable[..., None]

    @rule(
        number=incidents,
        who=st.sampled_from(PEOPLE),
        end=st.sampled_from(["close", "cancel", "invalidate", "reopen"]),
    )
    def end_it(self, number: str, who: str, end: str) -> None:
        self.end(who, number, end)

    def end(self, who: str, number: str, end: str) -> None:
        calls = {
            "close": lambda **given: incident_close(outcome="Done", **given),
            "cancel": lambda **given: incident_cancel(reason="A false alarm", **given),
            "invalidate": lambda **given: incident_invalidate(reason="A hoax", **given),
            "reopen": lambda **given: incident_reopen(reason="It goes on", **given),
        }
        self._lawfully(
            INCIDENT_MOVES[end],
            Incident.objects.get(number=number).status,
            who,
            lambda: calls[end](actor=self.who(who), number=number),
        )

    @rule(number=incidents, ends=st.lists(st.sampled_from(["cancel", "reopen"]), min_size=1, max_size=3))
    def call_off(self, number: str, ends: list[str]) -> None:
        """Somebody who may, so that ended and reopened incidents are met too."""
        for end in ends:
            self.end("dispatcher", number, end)
