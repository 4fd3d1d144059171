"""`manage.py push_key`: a new `PUSH_KEY`."""

from typing import Any

from django.core.management.base import BaseCommand
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode


class Command(BaseCommand):
    help = "Print a new key for notices to closed browsers (PUSH_KEY). A new one ends every browser's subscription."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        key = Vapid02()
        key.generate_keys()
        self.stdout.write(b64urlencode(key.private_key.private_numbers().private_value.to_bytes(32, "big")))
