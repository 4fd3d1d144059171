"""To a browser that is closed, through its maker's push service; the content is encrypted for that browser alone."""

import requests
from django.conf import settings
from py_vapid import Vapid02

from boshan_police.kernel.rendering import to_json
from grid.models import Contact

from .message import Message, NotNow, Refusal

SECONDS = 5.0
KEEP_SECONDS = 600
"""How long the push service may hold it for a browser without a network; later the matter is another one."""


def by_push(contact: Contact, message: Message) -> None:
    """Send `message`; the browser's service worker shows it and answers by the receipt."""
    # Here, for only the courier needs it: what it brings along costs every other process a fifth of its start.
    from pywebpush import WebPushException, webpush

    body = {
        "key": str(message.key),
        "title": message.title,
        "text": message.text,
        "tag": message.facts.get("number", "test"),
    }
    try:
        webpush(
            {"endpoint": contact.address, "keys": contact.keys},
            to_json(body).decode(),
            vapid_private_key=Vapid02.from_string(settings.PUSH_KEY),
            vapid_claims={"sub": settings.SITE_URL or f"mailto:{settings.DEFAULT_FROM_EMAIL}"},
            ttl=KEEP_SECONDS,
            headers={"Urgency": "high"},
            timeout=SECONDS,
        )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        if status in {404, 410}:
            raise Refusal(f"HTTP {status}", gone=True) from error
        if 400 <= status < 500 and status != 429:
            raise Refusal(f"HTTP {status}") from error
        raise NotNow(f"HTTP {status}") from error
    except requests.RequestException as error:
        raise NotNow(type(error).__name__) from error
    except ValueError as error:  # keys that are none
        raise Refusal("bad keys", gone=True) from error
