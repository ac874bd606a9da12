"""Holds, which keep an enquiry from being deleted or erased."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from enquiries import retention


class HoldQuerySet(models.QuerySet["Hold"]):
    def due_for_review(self, *, at: datetime) -> Self:
        return self.filter(reviewed_at__lte=at - retention.REVIEW)


class Hold(models.Model):
    """Why one enquiry is held. The row ends with the hold; the record of the enquiry keeps who held it and when.

    The reason may say what the enquiry is about, so it is encrypted. `Enquiry.is_held` says the same in plain.
    """

    enquiry = models.OneToOneField(
        "enquiries.Enquiry", models.CASCADE, verbose_name=_("enquiry"), primary_key=True, related_name="hold"
    )
    reason = EncryptedTextField(_("reason"), associated="enquiry")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    held_at = models.DateTimeField(_("held"))
    reviewed_at = models.DateTimeField(
        _("reviewed"), help_text=_("When somebody last said that it is still needed. Each hold is reviewed yearly.")
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["reviewed_at"]
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        permissions = [("hold_enquiry", "Can hold enquiries back from deletion")]
        constraints = [
            models.CheckConstraint(
                condition=StartsWith(Cast("reason", models.TextField()), "v1."),
                name="enquiry_hold_reason_encrypted",
                violation_error_message=_("A hold has a reason, and it is stored encrypted."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.enquiry)
