"""What is left of a deleted enquiry, and the record of the runs that delete."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.references import format_reference


class Tombstone(models.Model):
    """One enquiry that was deleted: its reference, when and why. It names nobody.

    It is kept for as long as a backup may hold the enquiry and 30 days more (`retention.TOMBSTONES`), so that the
    deletion can be done again after a restore. `enquiries.tombstones` keeps the same lines outside the database.
    """

    class Reason(models.TextChoices):
        PURGED = "purged", _("Its time was over")
        ERASED = "erased", _("Erased on request")

    reference = models.CharField(_("reference"), primary_key=True, max_length=8)
    at = models.DateTimeField(_("deleted"), db_index=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["purged", "erased"]),
                name="tombstone_reason_known",
                violation_error_message=_("Choose one of the reasons: purged or erased."),
            ),
        ]

    def __str__(self) -> str:
        return format_reference(self.reference)


class PurgeRun(models.Model):
    """One run of the purge: when, and how many enquiries it deleted or left. Kept as long as events are.

    The newest tells the next run whether the clock can be right.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    deleted = models.PositiveIntegerField(_("deleted"))
    failed = models.PositiveIntegerField(_("could not be deleted"), default=0)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("run of the purge")
        verbose_name_plural = _("runs of the purge")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.deleted}"
