"""Enquiries and the record of what happened to them."""

from datetime import timedelta
from functools import cached_property
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.references import format_reference, new_reference
from enquiries.answers import Answers
from enquiries.transitions import TRANSITIONS, State

# The form promises these. Code that deletes enquiries must read them.
RETENTION_AFTER_CLOSING = timedelta(days=90)
RETENTION_LIMIT = timedelta(days=365)


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Leave out enquiries about our own staff, unless this person may see them."""
        if user.has_perm("enquiries.view_restricted"):
            return self
        return self.filter(is_restricted=False)


class Enquiry(models.Model):
    """One message from a family, a young person or a professional.

    `sealed_answers` holds all that the person wrote, encrypted. The list and the routing need the other columns, which
    say nothing about the person. The address of the sender's device is not kept.

    An enquiry is kept for 90 days after closing and twelve months at most. One about our own staff is kept for twelve
    months after closing, with a review each year; a quarantined one for seven days. One that is unread, open or held is
    never deleted.
    """

    class Audience(models.TextChoices):
        FAMILIES = "families", _("Families and young people")
        PROFESSIONALS = "professionals", _("Professionals")

    # Random, so that an address in the admin or a mail reveals neither the number of enquiries nor their order.
    reference = models.CharField(_("reference"), primary_key=True, max_length=8, default=new_reference, editable=False)
    token_nonce = models.CharField(_("form token"), max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"))
    answer_by = models.DateTimeField(_("answer by"))
    audience = models.CharField(_("audience"), max_length=16, choices=Audience)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("About someone who works here: only the safeguarding lead sees it.")
    )
    is_quarantined = models.BooleanField(
        _("quarantined"), default=False, help_text=_("Looks as if a program sent it. Nobody was told by mail.")
    )
    sealed_answers = EncryptedTextField(_("answers"), associated="reference")

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        permissions = [("view_restricted", "Can view enquiries about our own staff")]
        indexes = [models.Index(fields=["-received_at"], name="enquiry_newest_first")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="enquiry_state_known",
                violation_error_message=_("Choose one of the states: new, read or closed."),
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["families", "professionals"]),
                name="enquiry_audience_known",
                violation_error_message=_("Choose one of the audiences: families or professionals."),
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="enquiry_closed_at_exactly_when_closed",
                violation_error_message=_("A closed enquiry has the moment of closing, and no other has."),
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gt=F("received_at")),
                name="enquiry_answer_by_after_received",
                violation_error_message=_("The answer is due after the enquiry came in."),
            ),
            models.CheckConstraint(
                condition=StartsWith(Cast("sealed_answers", models.TextField()), "v1."),
                name="enquiry_answers_encrypted",
                violation_error_message=_("Answers are stored encrypted or not at all."),
            ),
        ]

    def __str__(self) -> str:
        return format_reference(self.reference)

    @cached_property
    def answers(self) -> Answers:
        """Decrypt the answers. Before you show them to a person, record it with `services.open_enquiry`."""
        return Answers.from_text(self.sealed_answers)


class EventKind(models.TextChoices):
    """Events that are no transition."""

    RECEIVED = "received", _("Received")
    OPENED = "opened", _("Opened")
    REFUSED = "refused", _("Opening refused")


# Sorted, so that moving a button needs no migration.
EVENT_KINDS = dict(sorted([*EventKind.choices, *((each.event, each.event_label) for each in TRANSITIONS.values())]))


class EnquiryEvent(models.Model):
    """One event of an enquiry: who did what, and when. It holds nothing that the enquiry says.

    It never changes. It is kept for 24 months, longer than the enquiry, and then refers to nothing but a reference.
    """

    enquiry = models.ForeignKey(
        Enquiry, verbose_name=_("enquiry"), on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    kind = models.CharField(_("what"), max_length=12, choices=EVENT_KINDS)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("event of an enquiry")
        verbose_name_plural = _("events of enquiries")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(EVENT_KINDS)),
                name="enquiry_event_kind_known",
                violation_error_message=_("Choose one of the kinds of event."),
            ),
            models.CheckConstraint(
                condition=Q(kind="received", by__isnull=True) | ~Q(kind="received") & Q(by__isnull=False),
                name="enquiry_event_done_by_staff_except_received",
                violation_error_message=_("Whatever is done to an enquiry is done by somebody; it comes in by itself."),
            ),
            models.UniqueConstraint(
                fields=["enquiry"],
                condition=Q(kind="received"),
                name="enquiry_received_once",
                violation_error_message=_("An enquiry comes in once."),
            ),
        ]

    def __str__(self) -> str:
        return f"{format_reference(self.enquiry_id)} {self.get_kind_display()}"
