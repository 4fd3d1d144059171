"""Accounts: who signs in, in which role, for which organisation."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.access import Role

from .preference import Preference, read_preference


class User(AbstractUser):
    """One person's account. The role says what may be done, the organisation how far it reaches (`grid.access.scope_of`)."""

    first_name = None  # type: ignore[assignment] # Django's way to leave out a field
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=40)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    organisation = models.ForeignKey(
        "grid.Organisation", models.PROTECT, related_name="accounts", verbose_name=_("organisation")
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    preference = models.JSONField(default=dict, blank=True, editable=False)  # read by `chosen`

    REQUIRED_FIELDS = ["name", "role", "organisation"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            # the recipients of an escalation: the active holders of a role in a station
            models.Index(
                fields=["organisation", "role"], name="account_role", condition=models.Q(is_active=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def chosen(self) -> Preference:
        """The person's choices about sound, notices and keys. No query."""
        return read_preference(self.preference)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
