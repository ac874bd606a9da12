"""The record of what happened to enquiries, and who did it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.references import format_reference


class EventKind(models.TextChoices):
    """Everything that can happen to an enquiry, or be done with several at once."""

    RECEIVED = "received", _("Came in")
    TOLD = "told", _("Staff told by mail")
    REMINDED = "reminded", _("Staff reminded")
    ESCALATED = "escalated", _("Promise broken, lead told")
    RELEASED = "released", _("Released from quarantine")
    OPENED = "opened", _("Opened")
    REFUSED = "refused", _("Opening refused")
    READ = "read", _("Marked as read")
    TAKEN = "taken", _("Taken")
    ASSIGNED = "assigned", _("Given to a colleague")
    HANDED_OVER = "handed-over", _("Handed over to another team")
    NOTED = "noted", _("Note added")
    CALLED = "called", _("Call recorded")
    ANSWERED = "answered", _("Answer recorded")
    REPLIED = "replied", _("Answered by mail")
    WAITING = "waiting", _("Set to wait")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Opened again")
    RESTRICTED = "restricted", _("Restricted")
    UNRESTRICTED = "unrestricted", _("No longer restricted")
    SHARED = "shared", _("Shared with one officer")
    MERGED = "merged", _("Merged with an earlier one")
    HELD = "held", _("Held back from deletion")
    UNHELD = "unheld", _("No longer held back")
    PRINTED = "printed", _("Printed")
    SEARCHED = "searched", _("Searched by contact")
    EXPORTED = "exported", _("Exported")
    BROKE_GLASS = "broke-glass", _("Emergency access opened")
    PURGED = "purged", _("Deleted, its time was over")
    ERASED = "erased", _("Erased on request")


#: What the site does by itself. Everything else is done by somebody.
BY_ITSELF = [EventKind.RECEIVED, EventKind.TOLD, EventKind.REMINDED, EventKind.ESCALATED, EventKind.PURGED]
#: What is done with several enquiries or with none. Everything else is about one.
ABOUT_NONE = [EventKind.SEARCHED, EventKind.EXPORTED, EventKind.BROKE_GLASS]


class EnquiryEvent(models.Model):
    """One event of an enquiry: who did what, and when. It holds nothing that the enquiry says.

    It never changes. It is kept for 24 months, longer than the enquiry, and then refers to nothing but a reference.
    """

    enquiry = models.ForeignKey(
        "enquiries.Enquiry",
        verbose_name=_("enquiry"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="events",
        null=True,
        blank=True,
    )
    kind = models.CharField(_("what"), max_length=16, choices=EventKind)
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
                condition=Q(kind__in=EventKind.values),
                name="enquiry_event_kind_known",
                violation_error_message=_("Choose one of the kinds of event."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BY_ITSELF, by__isnull=True) | ~Q(kind__in=BY_ITSELF) & Q(by__isnull=False),
                name="enquiry_event_done_by_staff_or_by_itself",
                violation_error_message=_("Name who did it, but for what the site does by itself."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ABOUT_NONE) | Q(enquiry__isnull=False),
                name="enquiry_event_about_an_enquiry",
                violation_error_message=_("An event is about one enquiry, but for searches, exports and the like."),
            ),
            models.UniqueConstraint(
                fields=["enquiry"],
                condition=Q(kind="received"),
                name="enquiry_received_once",
                violation_error_message=_("An enquiry comes in once."),
            ),
        ]

    def __str__(self) -> str:
        return f"{format_reference(self.enquiry_id or '')} {self.get_kind_display()}"
