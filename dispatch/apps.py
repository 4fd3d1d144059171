"""The events: incidents, assignments, escalation, the live board."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "dispatch"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - connects the signals of the lower floors
