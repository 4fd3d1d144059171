"""The ground: territory, organisations, people."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "grid"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - connects Django's sign-in signals
