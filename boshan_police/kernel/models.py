"""Tables of no business: the audit trail and the versions of reference data."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import clock


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers of a table that only grows: the database refuses to change, remove or empty it, also by hand in SQL."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(  # TRUNCATE fires no row's trigger
            name="append_only_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
        ),
    ]


class AuditEntry(models.Model):
    """One act or refusal outside an incident's timeline. Append-only: the database refuses change and removal."""

    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(_("who"), max_length=150, blank=True)
    code = models.CharField(_("act"), max_length=60)
    target = models.CharField(_("of what"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict)
    address = models.CharField(_("network address"), max_length=45, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),  # the trail, newest first
            models.Index(fields=["target", "-at"], name="audit_of_target"),  # everything about one thing
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{clock.local(self.at):%Y-%m-%d %H:%M:%S} {self.code} {self.target}"


class ReferenceVersion(models.Model):
    """Grows by one with each change of a reference table, by a trigger, so that every process notices within a second."""

    name = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def bumps(name: str) -> pgtrigger.Trigger:
    """A trigger for a reference table: any change of it, also by hand in SQL, moves `ReferenceVersion(name)` on."""
    return pgtrigger.Trigger(
        name="bumps_reference",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"INSERT INTO kernel_referenceversion (name, version) VALUES ('{name}', 1) "  # noqa: S608 - a literal of ours
            "ON CONFLICT (name) DO UPDATE SET version = kernel_referenceversion.version + 1; RETURN NULL;"
        ),
    )
