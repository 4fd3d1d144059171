"""The events: incidents, assignments, escalation, the live board."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("Events")

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - connects the signals of the lower floors
