"""The forces: units, their duty and positions."""

from django.apps import AppConfig


class PatrolConfig(AppConfig):
    name = "patrol"
