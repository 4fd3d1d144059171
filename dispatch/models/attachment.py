"""Photos and papers of an incident."""

from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db import models

from .incident import Incident


def private_storage() -> FileSystemStorage:
    """Files that only a view hands out, after asking who wants them."""
    return FileSystemStorage(location=settings.ATTACHMENT_ROOT, base_url=None)


class Attachment(models.Model):
    """One file. `kind` was found in its content; a photo was drawn anew, so that nothing but its picture is left of it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)  # a media type
    size = models.PositiveIntegerField()  # bytes, as kept
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)  # in `private_storage`
    at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]

    def open(self) -> "File[Any]":
        """The content; OSError where somebody took the file away."""
        return private_storage().open(self.path)

    def __str__(self) -> str:
        return f"{self.incident_id} {self.name}"
