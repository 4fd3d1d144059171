"""Tokens of machines under the portal's own name."""

from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken


class MachineToken(AuthToken):  # type: ignore[misc] # knox has no types
    """knox's table; only its name and its place in the administration are ours."""

    class Meta:
        proxy = True
        verbose_name = _("machine token")
        verbose_name_plural = _("machine tokens")
