"""The proof that the sweeper lives: beat woke it through the broker and it reached the database."""

from django.db import models


class Sweep(models.Model):
    """When the sweeper `name` last said that it is at work."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
