"""Who was told of an escalation, by which channel, and what became of it."""

from typing import Any

from django.utils.translation import gettext as _

from dispatch.lifecycle import Level
from dispatch.models import Delivery, Incident, Notice
from grid.models import Contact

SCREEN = "screen"


def told(incident: Incident) -> list[dict[str, Any]]:
    """`[{at, level, stage, name, channel, address, state, state_at, error}…]`, newest first: each notice on the screen, and its messages.

    Two queries.
    """
    notices = (
        Notice.objects.filter(timer__incident=incident)
        .select_related("timer", "recipient")
        .prefetch_related("deliveries__contact")
        .order_by("-created_at", "recipient__name")
    )
    rows = []
    for notice in notices:
        who = {
            "at": notice.created_at,
            "level": notice.timer.level,
            "stage": notice.timer.stage,
            "name": notice.recipient.name,
        }
        rows.append({**who, "channel": SCREEN, "address": "", "error": "", **_on_screen(notice)})
        rows += [{**who, **_elsewhere(delivery)} for delivery in notice.deliveries.all()]
    return rows


def told_words(incident: Incident) -> list[dict[str, Any]]:
    """`told` for a page: each notice once, `ways` naming channel and state in the reader's language. Two queries."""
    names = dict(Contact.Channel.choices) | {SCREEN: _("Screen")}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in told(incident):
        words = {"at": row["at"], "name": row["name"], "level": Level(row["level"]).label, "ways": []}
        one = found.setdefault((row["at"], row["name"], row["level"]), words)
        way = {"channel": names[row["channel"]], "state": Delivery.State(row["state"]).label}
        one["ways"].append({**row, **way, "failed": row["state"] == Delivery.State.FAILED})
    return list(found.values())


def recent_of(contacts: list[Contact]) -> dict[int, Delivery]:
    """The last message to each contact. One query."""
    found = Delivery.objects.filter(contact__in=contacts).order_by("contact", "-id").distinct("contact")
    return {delivery.contact_id: delivery for delivery in found}


def state_at(delivery: Delivery) -> Any:
    """When the message came into its present state; None while queued or withdrawn."""
    return getattr(delivery, f"{delivery.state}_at", None)


def _on_screen(notice: Notice) -> dict[str, Any]:
    if notice.seen_at:
        return {"state": Delivery.State.READ, "state_at": notice.seen_at}
    if notice.shown_at:
        return {"state": Delivery.State.DELIVERED, "state_at": notice.shown_at}
    return {"state": Delivery.State.QUEUED, "state_at": None}


def _elsewhere(delivery: Delivery) -> dict[str, Any]:
    return {
        "channel": delivery.contact.channel,
        "address": delivery.contact.shown_address,
        "state": delivery.state,
        "state_at": state_at(delivery),
        "error": delivery.error,
    }
