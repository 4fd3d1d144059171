"""The kernel as an app: it owns the audit trail and the reference versions, no business table."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "boshan_police.kernel"
    label = "kernel"
