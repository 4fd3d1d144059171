"""The watches of an organisation, what is written down in them, and the sheet by which one hands over to the next."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import clock
from grid.models import Organisation

from .incident import Incident


class Watch(models.Model):
    """One watch 班次: from the outgoing commander's signature before it to the one that ends it; at most one is open.

    `sheet` is the hand-over sheet as it was signed (`dispatch.selectors.shift_sheet.hand_over_sheet`). The incoming
    commander signs for it afterwards, in person.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="watches")
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()  # the change of watch at which it should be handed over
    sheet = models.JSONField(null=True)
    signed_out_at = models.DateTimeField(null=True)
    signed_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    signed_in_at = models.DateTimeField(null=True)
    signed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], name="watch_one_open", condition=Q(signed_out_at__isnull=True)
            ),
            # also the index that reads an organisation's watches in order
            models.UniqueConstraint(fields=["organisation", "began_at"], name="watch_begins_once"),
            models.CheckConstraint(
                name="watch_signed_whole",
                condition=Q(signed_out_at__isnull=True, signed_out_by__isnull=True, sheet__isnull=True)
                | Q(signed_out_at__isnull=False, signed_out_by__isnull=False, sheet__isnull=False),
            ),
            models.CheckConstraint(
                name="watch_taken_by_another",
                condition=Q(signed_in_at__isnull=True, signed_in_by__isnull=True)
                | Q(signed_in_at__gte=F("signed_out_at")) & ~Q(signed_in_by=F("signed_out_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {clock.local(self.began_at):%m-%d %H:%M}"


class ShiftEntry(models.Model):
    """One line of the log. A promise and lent equipment stay open, from watch to watch, until somebody ends them."""

    class Kind(models.TextChoices):
        PROMISE = "promise", _("Promise")
        EQUIPMENT = "equipment", _("Equipment out")
        REMARK = "remark", _("Remark")

    watch = models.ForeignKey(Watch, models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text = models.CharField(_("text"), max_length=500)
    holder = models.CharField(_("who has it"), max_length=60, blank=True)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, related_name="shift_entries", db_index=False
    )
    due_at = models.DateTimeField(_("due"), null=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="shift_entry_promise_due", condition=~Q(kind="promise") | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="shift_entry_equipment_holder", condition=~Q(kind="equipment") | ~Q(holder="")
            ),
            models.CheckConstraint(
                name="shift_entry_remark_stays", condition=~Q(kind="remark") | Q(done_at__isnull=True)
            ),
            models.CheckConstraint(
                name="shift_entry_done_whole",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [
            # what is still owed, whichever watch it is of
            models.Index(
                fields=["due_at"],
                name="shift_entry_open",
                condition=Q(done_at__isnull=True) & ~Q(kind="remark"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.text[:40]}"
