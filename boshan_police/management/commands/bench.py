"""`manage.py bench NAME`: one benchmark, one line of JSON."""

import importlib
import pkgutil
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from boshan_police import benches
from boshan_police.kernel.rendering import to_json


class Command(BaseCommand):
    """Measure the product against its floor in a scratch database that is made and dropped for it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Which one; without a known name the list is shown")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        known = _benches()
        if name not in known:
            raise CommandError(f"There is no bench {name!r}. There are: {', '.join(known)}.")
        figures = known[name].run()
        self.stdout.write(to_json({"name": name, **figures}).decode())


def _benches() -> dict[str, Any]:
    """The modules beside `boshan_police.benches` that can be run, by name."""
    found = {
        each.name: importlib.import_module(f"{benches.__name__}.{each.name}")
        for each in pkgutil.iter_modules(benches.__path__)
    }
    return {name: module for name, module in found.items() if hasattr(module, "run")}
