"""What is said of an escalation outside the portal: number, kind, station, stage. No caller, no address, nothing said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from dispatch.lifecycle import Level, Stage
from dispatch.models import Delivery


class NotNow(Exception):
    """The other side can't take it now; trying again may help. The text is kept, without secrets."""


class Refusal(Exception):
    """The other side will never take it. `gone`: the address is no more."""

    def __init__(self, text: str, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


@dataclass(frozen=True)
class Message:
    """In the installation's own language, for whoever reads it on whatever device. `facts` is for programs."""

    key: UUID
    kind: str  # escalation.raised | test
    at: datetime
    title: str
    text: str
    facts: dict[str, object]

    @property
    def url(self) -> str:
        """Where the reader goes on; opening it is the receipt. Empty where the portal's address is not configured."""
        return f"{settings.SITE_URL}/notices/{self.key}/" if settings.SITE_URL else ""

    @property
    def receipt_url(self) -> str:
        """Where the other side tells what became of it."""
        return f"{settings.SITE_URL}/api/deliveries/{self.key}/receipt/" if settings.SITE_URL else ""


def message_of(delivery: Delivery) -> Message:
    """The message of a delivery with its notice, timer, incident, category and station. No query where they are loaded."""
    if delivery.notice is None:
        return test_message(delivery)
    timer = delivery.notice.timer
    incident = timer.incident
    # Moved on since it was leased, and the escalation with it: withdrawn when it is looked at again.
    if incident.generation != timer.generation:
        raise NotNow("Ended")
    since = incident.stage_since
    assert since  # noqa: S101 - of the stage that the timer belongs to
    waited = round((delivery.notice.created_at - since).total_seconds())
    with override(settings.LANGUAGE_CODE):
        words = {
            "number": incident.short_number,
            "category": incident.category.label,
            "station": incident.station.label if incident.station else _("No station"),
            "stage": Stage(timer.stage).label,
            "level": Level(timer.level).label,
            "time": f"{waited} s" if waited < 120 else f"{waited // 60} min",
        }
        return Message(
            key=delivery.key,
            kind="escalation.raised",
            at=delivery.notice.created_at,
            title=_("%(number)s %(category)s: %(stage)s") % words,
            text=_("%(station)s · for %(time)s · told to: %(level)s. Take it over on the board.") % words,
            facts={
                "number": incident.number,
                "priority": incident.priority,
                "category": incident.category_id,
                "station": incident.station_id,
                "stage": timer.stage,
                "level": timer.level,
                "waited_seconds": waited,
            },
        )


def test_message(delivery: Delivery) -> Message:
    """What a person gets who tries one's own contact."""
    with override(settings.LANGUAGE_CODE):
        return Message(
            key=delivery.key,
            kind="test",
            at=delivery.created_at,
            title=_("A trial"),
            text=_("Notices of the command centre arrive here."),
            facts={},
        )
