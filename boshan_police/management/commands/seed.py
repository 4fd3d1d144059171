"""Fills the database with the demo district at its real size. Running it again changes nothing."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from boshan_police.demo_world.accounts import demo_accounts
from boshan_police.demo_world.world import seed_world


class Command(BaseCommand):
    help = "Fill the database with the demo district: territory, organisations, people, forces, accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=1, help="another number, other people and places (default 1)"
        )
        parser.add_argument(
            "--yes-demo-data",
            action="store_true",
            help="in production too: invented data and accounts with public passwords",
        )

    def handle(self, *args: Any, seed: int, yes_demo_data: bool, verbosity: int, **options: Any) -> None:
        if settings.PRODUCTION and not yes_demo_data:
            raise CommandError(
                "This is production. seed would add invented data and accounts whose passwords are public. "
                "If you want exactly that: --yes-demo-data"
            )
        start = time.perf_counter()
        made = seed_world(seed)
        if not verbosity:
            return
        with override("en"):  # one language a table; half-width letters keep its columns straight
            lines = [(str(row.model._meta.verbose_name_plural), row) for row in made]
        for name, row in lines:
            state = f"{row.made} new" if row.made else "unchanged"
            self.stdout.write(f"  {name:<22}{row.total:>6}   {state}")
        self.stdout.write(f"  The demo district is ready, {time.perf_counter() - start:.1f} s. Accounts:")
        for account in demo_accounts():
            self.stdout.write(f"  {account['username']:<20}{account['password']}")
