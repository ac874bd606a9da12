"""Numbers for the reports, which outlive the enquiries they count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MonthlyCount(models.Model):
    """How many enquiries of one month had one value, for example: came from Wales in May 2027.

    Nothing leads from a number to an enquiry, so it is kept for good. Two kinds of number are never crossed: no row
    says how many came from Wales *and* asked for therapy. Restricted and quarantined enquiries are not counted. What
    stands in plain columns is added when an enquiry is deleted; until then it is counted live (`enquiries.reports`).
    """

    class Dimension(models.TextChoices):
        DOOR = "door", _("Who asked")
        SERVICE = "service", _("Service asked for")
        NATION = "nation", _("Nation")
        ASKED_FROM = "asked-from", _("Page they came from")
        FIRST_ANSWER = "first-answer", _("Time to the first answer")
        OUTCOME = "outcome", _("Outcome")

    #: Its first day. An enquiry belongs to the month in which it came in, whenever it was answered or closed.
    month = models.DateField(_("month"))
    dimension = models.CharField(_("what is counted"), max_length=12, choices=Dimension)
    value = models.CharField(_("value"), max_length=200)
    number = models.PositiveIntegerField(_("number"), default=0)

    class Meta:
        ordering = ["-month", "dimension", "-number", "value"]
        verbose_name = _("number of a month")
        verbose_name_plural = _("reports")
        default_permissions = ("view",)
        permissions = [("export_enquiry", "Can export the list of enquiries")]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "dimension", "value"],
                name="monthly_count_once",
                violation_error_message=_("One row counts one value of one month."),
            ),
            models.CheckConstraint(
                condition=Q(dimension__in=["door", "service", "nation", "asked-from", "first-answer", "outcome"]),
                name="monthly_count_dimension_known",
                violation_error_message=_("Choose one of the dimensions of the report."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.dimension} {self.value}"
