"""By a gateway: a signed POST in the form of the Standard Webhooks specification (docs/webhooks.md)."""

import base64
import hashlib
import hmac
import threading
import time

import httpx

from boshan_police.kernel.rendering import to_json
from grid.models import Contact

from .message import Message, NotNow, Refusal

SECONDS = 5.0  # for each part of the way
_WHOLE = 2  # times as long for all of it
_AGAIN = frozenset({408, 409, 425, 429})


def signature(secret: str, key: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `key.timestamp.body`, the secret being the bytes behind `whsec_`."""
    mac = hmac.new(
        base64.b64decode(secret.removeprefix("whsec_")), f"{key}.{timestamp}.".encode() + body, hashlib.sha256
    )
    return "v1," + base64.b64encode(mac.digest()).decode()


def by_webhook(contact: Contact, message: Message) -> None:
    """POST `message` to the contact's gateway; 2xx is a yes. Redirects are not followed, the answer's body is not read."""
    gateway = contact.gateway
    assert gateway  # noqa: S101 - of this channel (`contact_gateway_for_webhook`)
    body = to_json(
        {
            "type": message.kind,
            "timestamp": message.at,
            "data": {
                "to": contact.address,
                "title": message.title,
                "text": message.text,
                "url": message.url,
                "receipt_url": message.receipt_url,
                **message.facts,
            },
        }
    )
    timestamp = str(int(time.time()))  # of the attempt: the other side refuses old ones
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(message.key),
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(gateway.secret, str(message.key), timestamp, body),
    }
    # A proxy of the environment is not asked: gateways stand in the intranet.
    client = httpx.Client(timeout=SECONDS, trust_env=False)
    # httpx bounds each read, not the whole: one that answers by drops would never end.
    whole = threading.Timer(_WHOLE * SECONDS, client.close)
    whole.start()
    try:
        with client, client.stream("POST", gateway.url, content=body, headers=headers) as answer:
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
        late = whole.finished.is_set()
        if isinstance(error, RuntimeError) and not late:
            raise
        raise NotNow("TooSlow" if late else type(error).__name__) from error
    finally:
        whole.cancel()
    if answer.is_success:
        return
    if status >= 500 or status in _AGAIN:
        raise NotNow(f"HTTP {status}")
    raise Refusal(f"HTTP {status}")
