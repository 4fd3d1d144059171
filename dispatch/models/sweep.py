"""The proof that a part of the machinery lives: it went its whole way and left a mark in the database."""

from django.db import models

from boshan_police.kernel import clock


class Sweep(models.Model):
    """When the part `name` last showed that it is at work.

    `timers`: beat woke a worker through the broker and it reached the database. `deliveries`: the same of the courier.
    `beat`: beat was about to ask. `web:host:pid`: that web process.
    """

    TIMERS, BEAT, DELIVERIES, WEB = "timers", "beat", "deliveries", "web:"

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {clock.local(self.at):%H:%M:%S}"
