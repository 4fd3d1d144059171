"""`manage.py simulate`: keeps a quiet or a busy night running, so that a newcomer sees a living board."""

import signal
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dispatch.simulation.actors import NoDistrict
from dispatch.simulation.night import AlreadyRunning, Night

RATES = {"quiet": 100.0, "busy": 260.0}
"""Calls an hour. More than the real district has: a newcomer looks for a minute, not for a night."""


class Command(BaseCommand):
    help = (
        "Keeps a night running: calls come in, units move, crews report. Works only on incidents of its own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rate",
            type=_rate,
            default="quiet",
            metavar="R",
            help="quiet (default), busy, or calls per hour",
        )
        parser.add_argument("--seed", type=int, help="the same seed throws the same dice")
        parser.add_argument(
            "--for",
            dest="seconds",
            type=float,
            metavar="SECONDS",
            help="end after so long; without it, on and on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        night = Night(per_hour=options["rate"], seed=options["seed"], say=self._say)
        self._say(f"about {options['rate']:g} calls an hour")
        try:
            night.run(seconds=options["seconds"])
        except AlreadyRunning:
            raise CommandError("A simulation is running on this database already.") from None
        except NoDistrict:
            raise CommandError("There is no district yet: run “manage.py seed” first.") from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _rate(text: str) -> float:
    try:
        rate = RATES.get(text) or float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 20_000:
        raise ArgumentTypeError("quiet, busy, or a number of calls per hour above 0")
    return rate


def _end(number: int, frame: object) -> None:
    """Stops at once: an act under way is undone with its transaction, and the next start goes on from the rows."""
    sys.exit(0)
