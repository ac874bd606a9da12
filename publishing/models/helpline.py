from datetime import date, timedelta
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: A number may have been changed or given up since it was last rung.
CHECK_EVERY = timedelta(days=90)


class HelplineQuerySet(models.QuerySet["Helpline"]):
    def overdue(self, *, on: date) -> Self:
        """Find the numbers that nobody has rung for too long on that day."""
        return self.filter(checked_on__lt=on - CHECK_EVERY)


class Helpline(models.Model):
    """One telephone line that people in need are pointed to. Shown on every page; checked by a person every 90 days."""

    class ShownIn(models.TextChoices):
        PANEL = "panel", _("Everywhere, also in the short panel beside a text")
        PAGE = "page", _("Full lists of helplines only")

    name = models.CharField(_("name"), max_length=60, unique=True)
    note = models.CharField(_("who it is for"), max_length=160)
    number = models.CharField(
        _("number"),
        max_length=20,
        validators=[RegexValidator(r"^[0-9][0-9 ]{2,}$", _("Write digits and spaces only, for example 0800 1111."))],
    )
    is_emergency = models.BooleanField(
        _("danger right now"), default=False, help_text=_("Shown first and in red. Exactly one line has this.")
    )
    shown_in = models.CharField(_("shown in"), max_length=8, choices=ShownIn, default=ShownIn.PAGE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    checked_on = models.DateField(
        _("last checked on"),
        default=timezone.localdate,
        help_text=_("The day somebody last rang the number to check it."),
    )

    objects = HelplineQuerySet.as_manager()

    class Meta:
        ordering = ["-is_emergency", "position", "name"]
        verbose_name = _("helpline")
        verbose_name_plural = _("helplines")
        constraints = [
            models.UniqueConstraint(
                fields=["is_emergency"],
                condition=models.Q(is_emergency=True),
                name="helpline_one_emergency",
                violation_error_message=_("Another line is already marked “danger right now”; unmark that one first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def is_overdue(self) -> bool:
        return self.checked_on < timezone.localdate() - CHECK_EVERY
