"""The Celery application: one queue, woken by beat to sweep the timers."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "boshan_police.settings")

app = Celery("boshan_police")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
