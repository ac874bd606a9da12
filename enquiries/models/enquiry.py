"""Enquiries: what somebody wrote, sealed, and beside it what a queue needs to know."""

from datetime import date, datetime
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
from core.roles import has_granted
from enquiries import retention
from enquiries.answers import Answers
from enquiries.models.team import Team, default_team


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Leave out enquiries about our own staff, unless a role of this person shows them or the lead shared one.

        Being a superuser shows none of them.
        """
        if has_granted(user, "enquiries.view_restricted"):
            return self
        return self.filter(Q(is_restricted=False) | Q(shared_with=user.pk, shared_with__isnull=False))

    def unread(self) -> Self:
        """Enquiries that nobody has opened yet. Quarantined ones are not among them."""
        return self.filter(first_opened_at__isnull=True, is_quarantined=False).exclude(state=Enquiry.State.CLOSED)

    def untold(self) -> Self:
        """Unread enquiries of which no mail to staff has left."""
        return self.unread().filter(told_at__isnull=True)

    def overdue(self, *, at: datetime) -> Self:
        """Enquiries that had to be answered by now and were not."""
        waiting_for_us = self.filter(state__in=[Enquiry.State.NEW, Enquiry.State.OPEN], is_quarantined=False)
        return waiting_for_us.filter(answer_by__lt=at, first_answered_at__isnull=True)

    def in_quarantine(self) -> Self:
        """Quarantined enquiries that nobody has judged yet."""
        return self.filter(is_quarantined=True).exclude(state=Enquiry.State.CLOSED)

    def expired(self, *, at: datetime) -> Self:
        """Those whose time is over. Never one that is unread, open or held (`enquiries.retention`).

        A quarantined one goes only after staff were told of it or looked at it: nothing vanishes unseen.
        """
        spam, limit = at - retention.SPAM, F("received_at") + retention.RETENTION_LIMIT
        is_spam = Q(outcome="spam")
        closed_in_time = Q(closed_at__lte=at - retention.RETENTION_AFTER_CLOSING) | Q(
            received_at__lte=at - retention.RETENTION_LIMIT
        )
        is_over = (
            is_spam & Q(closed_at__lte=spam)
            | ~is_spam & Q(is_restricted=True, closed_at__lte=at - retention.RESTRICTED_AFTER_CLOSING)
            | ~is_spam & Q(is_restricted=False, closed_at__lt=limit) & closed_in_time
            | ~is_spam & Q(is_restricted=False, closed_at__gte=limit, closed_at__lte=at - retention.CLOSED_LATE)
            | Q(is_quarantined=True, state="new") & (Q(told_at__lte=spam) | Q(first_opened_at__lte=spam))
        )
        return self.filter(is_over, is_held=False)

    def too_old(self, *, at: datetime) -> Self:
        """Those that are open for longer than the form says that anything is kept."""
        return self.filter(
            closed_at__isnull=True, is_quarantined=False, received_at__lte=at - retention.RETENTION_LIMIT
        )


class Enquiry(models.Model):
    """One message from a family, a young person or a professional.

    `sealed_answers` holds all that the person wrote, encrypted. The list and the routing need the other columns, which
    say nothing about the person. The address of the sender's device is not kept.

    `enquiries.retention` says how long each is kept. One that is unread, open or held is never deleted.
    """

    class Audience(models.TextChoices):
        FAMILIES = "families", _("Families and young people")
        PROFESSIONALS = "professionals", _("Professionals")

    class State(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting")
        CLOSED = "closed", _("Closed")

    class Urgency(models.IntegerChoices):
        """How soon somebody must look. Coarse on purpose: it stands unsealed, so that the queue can sort by it."""

        ORDINARY = 0, _("Ordinary")
        SOON = 1, _("Date within a month")
        THIS_WEEK = 2, _("Date within a week")
        CHILD_AT_RISK = 3, _("A child may be at risk")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        REFERRED = "referred", _("Referred to somebody else")
        TAKEN_ON = "taken-on", _("Work taken on")
        NOT_REACHED = "not-reached", _("Could not be reached safely")
        NOT_FOR_US = "not-for-us", _("Nothing we can do")
        REPEAT = "repeat", _("Repeats an earlier enquiry")
        SPAM = "spam", _("Sent by a program")

    class QuarantineReason(models.TextChoices):
        HIDDEN_FIELD = "hidden-field", _("Filled in a field that no person sees")
        TOO_FAST = "too-fast", _("Sent faster than a person reads")
        LINKS = "links", _("Many links")
        REPEAT = "repeat", _("The same text again and again")
        FLOOD = "flood", _("One of very many in a short time")
        ADDRESS = "address", _("Many from one connection in a short time")
        UNKNOWN = "unknown", _("The reason was not recorded")

    # Random, so that an address in the admin or a mail reveals neither the number of enquiries nor their order.
    reference = models.CharField(_("reference"), primary_key=True, max_length=8, default=new_reference, editable=False)
    token_nonce = models.CharField(_("form token"), max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"))
    answer_by = models.DateTimeField(_("answer by"))
    audience = models.CharField(_("audience"), max_length=16, choices=Audience)
    team = models.ForeignKey(
        Team, models.PROTECT, verbose_name=_("team"), default=default_team, related_name="enquiries"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), null=True, blank=True, related_name="+"
    )
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.ORDINARY)
    urgent_week = models.DateField(
        _("week of the date"),
        null=True,
        blank=True,
        help_text=_("The Monday of the week of the hearing or of the report. The day itself stays sealed."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    waiting_until = models.DateField(_("waiting until"), null=True, blank=True)
    told_at = models.DateTimeField(_("staff told"), null=True, blank=True)
    first_opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("repeats"), null=True, blank=True, related_name="repeats"
    )
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("About someone who works here: only the safeguarding lead sees it.")
    )
    shared_with = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("shared with"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The one officer who may see this restricted enquiry beside the lead."),
    )
    is_quarantined = models.BooleanField(_("quarantined"), default=False, help_text=_("Looks as if a program sent it."))
    quarantine_reason = models.CharField(_("why quarantined"), max_length=12, choices=QuarantineReason, blank=True)
    is_held = models.BooleanField(_("held"), default=False, help_text=_("Not deleted while this holds."))
    #: Its service, nation and page are among the numbers of its month (`enquiries.reports`).
    is_counted = models.BooleanField(default=False, editable=False)
    sealed_answers = EncryptedTextField(_("answers"), associated="reference")

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        permissions = [("view_restricted", "Can view enquiries about our own staff")]
        indexes = [
            models.Index(fields=["-received_at"], name="enquiry_newest_first"),
            models.Index(
                fields=["received_at"], name="enquiry_unread", condition=models.Q(first_opened_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["new", "open", "waiting", "closed"]),
                name="enquiry_state_known",
                violation_error_message=_("Choose one of the states: new, open, waiting or closed."),
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
                condition=Q(state="closed") & ~Q(outcome="") | ~Q(state="closed") & Q(outcome=""),
                name="enquiry_outcome_exactly_when_closed",
                violation_error_message=_("Choose an outcome to close it. One that is not closed has none."),
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", waiting_until__isnull=False)
                | ~Q(state="waiting") & Q(waiting_until__isnull=True),
                name="enquiry_waiting_until_exactly_when_waiting",
                violation_error_message=_("Choose the day until which it waits. One that does not wait has none."),
            ),
            models.CheckConstraint(
                condition=Q(urgency__lte=3),
                name="enquiry_urgency_known",
                violation_error_message=_("Choose one of the degrees of urgency."),
            ),
            models.CheckConstraint(
                condition=Q(is_quarantined=False) | ~Q(quarantine_reason=""),
                name="enquiry_quarantined_for_a_reason",
                violation_error_message=_("A quarantined enquiry says why."),
            ),
            models.CheckConstraint(
                condition=Q(shared_with__isnull=True) | Q(is_restricted=True),
                name="enquiry_shared_when_restricted",
                violation_error_message=_("Only a restricted enquiry is shared with one officer."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(outcome="repeat"),
                name="enquiry_merged_when_a_repeat",
                violation_error_message=_("An enquiry that repeats another is closed as a repeat."),
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

    def is_overdue(self, *, at: datetime) -> bool:
        """Tell of one row what `EnquiryQuerySet.overdue` finds."""
        is_ours = self.state in {self.State.NEW, self.State.OPEN} and not self.is_quarantined
        return is_ours and self.answer_by < at and self.first_answered_at is None

    @property
    def delete_on(self) -> date | None:
        """The day of its deletion, or None while it is not to be deleted. `retention.kept_until` gives the reason."""
        return retention.delete_on(self)

    @cached_property
    def answers(self) -> Answers:
        """Decrypt the answers. Before you show them to a person, record it with `services.open_enquiry`."""
        return Answers.from_text(self.sealed_answers)
