"""The ground: territory, organisations, people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "grid"
    verbose_name = _("Ground")

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - connects Django's sign-in signals
