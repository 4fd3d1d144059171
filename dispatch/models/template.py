"""Quick texts of the intake form 接警模板, per category."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from boshan_police.kernel.models import bumps

from .category import Category


class IntakeTemplate(models.Model):
    """What to ask a caller about one kind of incident, and a sentence ready to be filled in.

    A blank of the sentence is written 【几】: the cursor goes from one to the next, and what stands in the brackets says
    what belongs there.
    """

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="templates", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=20, help_text=_("As on the button, such as 追尾"))
    prompts = models.CharField(
        _("what to ask"),
        max_length=200,
        blank=True,
        help_text=_("Shown beside the form, such as 有无人员受伤？"),
    )
    text = models.CharField(
        _("sentence"), max_length=500, help_text=_("Blanks in 【】, such as 【几】车相撞，【有无】人员受伤。")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("intake template")
        verbose_name_plural = _("intake templates")
        ordering = ["category", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "title"],
                name="intake_template_once",
                violation_error_message=_("This category has a template of that title already."),
            ),
        ]
        triggers = [bumps("category")]

    def __str__(self) -> str:
        return f"{self.category} · {self.title}"
