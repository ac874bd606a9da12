"""Requests of people about their own data: to see what we hold, or to have it erased."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.references import format_reference, new_reference
from enquiries import retention


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    def unanswered(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def due_within(self, days: int, *, at: datetime) -> Self:
        """Unanswered ones whose 28 days end by then, or ended."""
        return self.unanswered().filter(due_on__lte=timezone.localdate(at) + timedelta(days=days))

    def outdated(self, *, at: datetime) -> Self:
        return self.filter(closed_at__lte=at - retention.RIGHTS_REQUESTS)


class RightsRequest(models.Model):
    """One letter of somebody who asks for access or erasure, and how far the answer is.

    Whoever asks may not be the person they say: some ask in order to find somebody. So nothing is looked up before the
    identity is checked, and nothing leaves or goes without two people. Everything about the person is encrypted. Kept
    for 24 months after the answer, as proof that it was given, then deleted.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access: what do you hold about me?")
        ERASURE = "erasure", _("Erasure: delete what you hold about me")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused, and told why")
        WITHDRAWN = "withdrawn", _("Withdrawn, or identity never shown")

    reference = models.CharField(_("reference"), primary_key=True, max_length=8, default=new_reference, editable=False)
    kind = models.CharField(_("what is asked"), max_length=8, choices=Kind)
    received_on = models.DateField(_("letter came on"), help_text=_("The 28 days begin on this day."))
    due_on = models.DateField(_("answer by"), editable=False)
    name = EncryptedTextField(_("who asks"), associated="reference")
    email = EncryptedTextField(
        _("email address to look for"), associated="reference", blank=True, help_text=_("As they gave it to us.")
    )
    phone = EncryptedTextField(_("telephone number to look for"), associated="reference", blank=True)
    references = EncryptedTextField(
        _("references they name"), associated="reference", blank=True, help_text=_("Separated by spaces or commas.")
    )
    letter = EncryptedTextField(
        _("what they wrote"),
        associated="reference",
        blank=True,
        help_text=_("In their words, and how to answer them safely."),
    )
    identity_note = EncryptedTextField(_("how their identity was checked"), associated="reference", blank=True)
    #: References of the enquiries that the lead chose, separated by spaces.
    chosen = EncryptedTextField(_("enquiries chosen"), associated="reference", blank=True)
    with_third_parties = models.BooleanField(_("what they wrote about other people"), default=False)
    with_safe_contact = models.BooleanField(_("safe-contact answers"), default=False)
    with_staff_notes = models.BooleanField(_("notes and replies of staff"), default=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("opened by"), related_name="+", editable=False
    )
    identity_checked_at = models.DateTimeField(_("identity checked"), null=True, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("approved by"),
        related_name="+",
        null=True,
        editable=False,
    )
    seconded_at = models.DateTimeField(_("approved a second time"), null=True, editable=False)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("second approver"),
        related_name="+",
        null=True,
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, editable=False)

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "reference"]
        verbose_name = _("request about rights")
        verbose_name_plural = _("requests about rights")
        permissions = [
            ("approve_rightsrequest", "Can decide on requests about rights"),
            ("second_rightsrequest", "Can approve requests about rights a second time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(identity_checked_at__isnull=False, approved_by__isnull=False),
                name="rights_approved_after_identity",
                violation_error_message=_("Check the identity before anything is approved."),
            ),
            models.CheckConstraint(
                condition=Q(seconded_at__isnull=True) | Q(approved_at__isnull=False, seconded_by__isnull=False),
                name="rights_seconded_after_approved",
                violation_error_message=_("The second approval comes after the first."),
            ),
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True)
                | (~Q(seconded_by=F("approved_by")) & ~Q(seconded_by=F("opened_by"))),
                name="rights_two_approvers",
                violation_error_message=_("The second approver has neither opened nor approved the request."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="rights_outcome_exactly_when_closed",
                violation_error_message=_("A closed request has an outcome, and no other has."),
            ),
        ]

    def __str__(self) -> str:
        return format_reference(self.reference)

    def save(self, *args: object, **kwargs: object) -> None:
        self.due_on = self.received_on + retention.RIGHTS_ANSWER
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_approved(self) -> bool:
        return self.seconded_at is not None

    def is_overdue(self, *, today: date) -> bool:
        return self.closed_at is None and self.due_on < today


class RightsStep(models.Model):
    """One step of one request: who did what, and when. It is never changed and goes with its request."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Request opened")
        READ = "read", _("Request read")
        IDENTITY = "identity", _("Identity checked")
        SEARCHED = "searched", _("Looked for enquiries")
        APPROVED = "approved", _("Approved")
        SECONDED = "seconded", _("Approved a second time")
        TAKEN_BACK = "taken-back", _("Approval taken back")
        MADE = "made", _("File made")
        DOWNLOADED = "downloaded", _("File downloaded")
        EXPIRED = "expired", _("File expired")
        ERASED = "erased", _("Enquiries erased")
        HELD = "held", _("Erasure stopped by a hold")
        CLOSED = "closed", _("Closed")

    request = models.ForeignKey(RightsRequest, models.CASCADE, related_name="steps")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("step of a request")
        verbose_name_plural = _("steps of requests")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{format_reference(self.request_id)} {self.get_kind_display()}"


class RightsFile(models.Model):
    """The encrypted answer to one request for access, until it is downloaded once, and for seven days at most.

    Its passphrase is shown when it is made and kept nowhere. The row seals the whole file once more.
    """

    request = models.OneToOneField(RightsRequest, models.CASCADE, primary_key=True, related_name="file")
    content = EncryptedTextField(_("file"), associated="request")
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("file of a request")
        verbose_name_plural = _("files of requests")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.request)
