"""What readers say about a published page: reports of mistakes, and whether it was useful."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from publishing.models import Document, Edition

# The form promises this.
RETENTION = timedelta(days=365)


class PageReportQuerySet(models.QuerySet["PageReport"]):
    def overdue(self, *, at: datetime) -> Self:
        """Find what may not be kept any longer."""
        return self.filter(created_at__lte=at - RETENTION)


class PageReport(models.Model):
    """One mistake that a reader found on a page, or what a reader missed there.

    It says nothing of who wrote it: nobody is asked, and the address of the sender's device is not kept. People may
    name somebody all the same, so the text is encrypted. Kept for twelve months at most, done or not, then deleted.
    """

    class Kind(models.TextChoices):
        MISTAKE = "mistake", _("Mistake")
        MISSING = "missing", _("Something missing")

    token_nonce = models.CharField(_("form token"), max_length=64, unique=True, editable=False)
    #: What was public at that address when it was reported, or was last.
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+", verbose_name=_("page"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.MISTAKE)
    text = EncryptedTextField(_("what the reader wrote"), associated="token_nonce")
    looks_automatic = models.BooleanField(
        _("looks automatic"), default=False, help_text=_("Looks as if a program sent it. Nobody was told by mail.")
    )
    created_at = models.DateTimeField(_("received"), db_index=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = PageReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("report about a page")
        verbose_name_plural = _("reports about pages")
        constraints = [
            models.CheckConstraint(
                condition=StartsWith(Cast("text", models.TextField()), "v1."),
                name="page_report_text_encrypted",
                violation_error_message=_("Reports are stored encrypted or not at all."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.edition.title}"


class UsefulCount(models.Model):
    """How many readers called a page useful in one month, and how many did not. Two numbers, and nothing of anybody."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", verbose_name=_("page"))
    #: Its first day.
    month = models.DateField(_("month"))
    yes = models.PositiveIntegerField(_("useful"), default=0)
    no = models.PositiveIntegerField(_("not useful"), default=0)

    class Meta:
        ordering = ["-month", "document"]
        verbose_name = _("“Was this useful?”")
        verbose_name_plural = _("“Was this useful?”")
        constraints = [
            models.UniqueConstraint(fields=["document", "month"], name="useful_count_one_per_page_and_month"),
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.month:%B %Y}"
