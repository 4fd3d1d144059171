"""How a message leaves: one courier per channel. Each hands it over once, within seconds, or says why it can't."""

from collections.abc import Callable

from grid.models import Contact

from .email import by_email
from .message import Message, NotNow, Refusal, message_of, test_message
from .push import by_push
from .webhook import by_webhook

COURIERS: dict[str, Callable[[Contact, Message], None]] = {
    Contact.Channel.EMAIL: by_email,
    Contact.Channel.PUSH: by_push,
    Contact.Channel.WEBHOOK: by_webhook,
}

__all__ = ["COURIERS", "Message", "NotNow", "Refusal", "message_of", "test_message"]
