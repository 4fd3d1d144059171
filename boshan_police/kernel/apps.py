"""The kernel as an app: it owns the audit trail and the reference versions, no business table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "boshan_police.kernel"
    verbose_name = _("Accountability")
    label = "kernel"
