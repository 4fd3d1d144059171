"""How a person is reached beside the screen."""

import base64
import secrets

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_secret() -> str:
    """A signing secret in the form of the Standard Webhooks specification (32 random bytes)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Gateway(models.Model):
    """Somebody else's server that passes a notice on: an SMS gateway, a messenger's bot (docs/webhooks.md)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    url = models.CharField(
        _("address"), max_length=300, validators=[URLValidator(schemes=["http", "https"])]
    )  # a URLField's form would not take an intranet's bare host name
    secret = models.CharField(_("secret"), max_length=80)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """One address of one person. Never removed, so that it stays known where a notice went; retired by `active`."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Browser")
        WEBHOOK = "webhook", _("Gateway")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="contacts", verbose_name=_("person")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    gateway = models.ForeignKey(
        Gateway, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("gateway")
    )
    address = models.CharField(
        _("address"),
        max_length=600,
        help_text=_("An e-mail address; or what the gateway knows the person by, such as a phone number"),
    )
    keys = models.JSONField(
        null=True, blank=True, editable=False
    )  # of a browser's subscription: p256dh, auth
    label = models.CharField(_("label"), max_length=60, blank=True)  # which browser
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel", "gateway", "address"],
                name="contact_once",
                nulls_distinct=False,
                violation_error_message=_("This person is reached there already."),
            ),
            models.CheckConstraint(
                name="contact_gateway_for_webhook",
                condition=models.Q(channel="webhook", gateway__isnull=False)
                | (~models.Q(channel="webhook") & models.Q(gateway__isnull=True)),
                violation_error_message=_("Choose a gateway for the channel “gateway”, and for no other."),
            ),
            models.CheckConstraint(
                name="contact_keys_for_push",
                condition=models.Q(channel="push", keys__isnull=False)
                | (~models.Q(channel="push") & models.Q(keys__isnull=True)),
                violation_error_message=_("A browser is added by its own user, under “How I am reached”."),
            ),
        ]

    @property
    def shown_address(self) -> str:
        """The address as others may see it: enough to tell two apart."""
        if self.channel == self.Channel.PUSH:
            return self.label
        head, at, host = self.address.partition("@")
        return f"{head[:2]}…{at}{host}" if at else f"{head[:3]}…{head[-2:]}"

    def __str__(self) -> str:
        return f"{self.person} · {self.get_channel_display()} {self.shown_address}"
