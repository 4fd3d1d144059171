"""The wiring as Django apps, so that its commands, checks and administration are found."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class BoshanPoliceConfig(AppConfig):
    name = "boshan_police"
    label = "boshan_police"
    default = True

    def ready(self) -> None:
        from . import celery, checks  # noqa: F401 - registers the Celery app and our system checks


class AdministrationConfig(SimpleAdminConfig):
    """Django's admin with our own site; only our own tables are registered, no other package's."""

    default_site = "grid.configuration.ConfigurationSite"
    default = False

    def ready(self) -> None:
        super().ready()
        for app in ("grid", "patrol", "dispatch", "boshan_police"):
            import_module(f"{app}.admin")
