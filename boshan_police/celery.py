"""The Celery application: beat wakes the timers' sweeper and the couriers, each with a queue and workers of its own."""

import os

from celery import Celery

from . import standstill  # noqa: F401 - watches over each worker and beat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "boshan_police.settings")

app = Celery("boshan_police")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
