"""Devices: their tokens. Only hashes are stored."""

import secrets

from django.db import transaction

from boshan_police.kernel import audit
from boshan_police.kernel.access import require
from grid.access import CONFIGURE
from grid.models import User
from patrol.models import Device
from patrol.selectors.device import token_digest

_TOKEN_BYTES = 18  # 144 bits in 24 signs, which a person can still type into a phone


def device_token_issue(*, actor: User, device: Device) -> str:
    """A new token of `device`, which ends the old one. It can't be shown again."""
    require(actor, CONFIGURE)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        device.token_digest = token_digest(token)
        device.save(update_fields=["token_digest"])
        audit.record(actor=actor, code="device.token_issued", target=f"device {device.identifier}")
    return token
