"""Who is on duty when: whom an escalation reaches."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel import clock


class Duty(models.Model):
    """One person's turn of duty 勤务 (from inclusive, to exclusive), in the role and organisation of the account."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="duties", verbose_name=_("person")
    )
    period = DateTimeRangeField(_("period"))

    class Meta:
        verbose_name = _("turn of duty")
        verbose_name_plural = _("duty roster")
        ordering = ["-id"]
        constraints = [
            # also the index that finds whether somebody is on duty
            ExclusionConstraint(
                name="duty_once_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="duty_has_an_end",
                condition=models.Q(period__lower_inf=False, period__upper_inf=False),
            ),
        ]

    def __str__(self) -> str:
        begins, ends = clock.local(self.period.lower), clock.local(self.period.upper)
        return f"{self.person} {begins:%m-%d %H:%M} – {ends:%m-%d %H:%M}"
