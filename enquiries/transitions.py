"""The states of an enquiry, and everything that staff can do to one. A new transition is one entry here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.transitions import Transition
from enquiries.notices import due_at, enqueue_notices


class State(models.TextChoices):
    NEW = "new", _("New")
    READ = "read", _("Read")
    CLOSED = "closed", _("Closed")


TRANSITIONS = {
    # A person sent it after all. No confirmation goes out: nobody knows whether the moment for it is still safe.
    "release": Transition(
        button=_("A person sent this: release it"),
        success=_("%(row)s is out of quarantine, and staff are told of it."),
        event="released",
        event_label=_("Released from quarantine"),
        start={"is_quarantined": [True]},
        # Due as if it had come now: nobody could know of it before.
        changes=lambda at: {"is_quarantined": False, "answer_by": due_at(at)},
        then=enqueue_notices,
    ),
    "read": Transition(
        button=_("Mark as read"),
        success=_("%(row)s is marked as read."),
        event="read",
        event_label=_("Marked as read"),
        start={"state": [State.NEW]},
        changes=lambda at: {"state": State.READ},
    ),
    "close": Transition(
        button=_("Close"),
        success=_("%(row)s is closed."),
        event="closed",
        event_label=_("Closed"),
        start={"state": [State.NEW, State.READ]},
        # The time of keeping runs from here.
        changes=lambda at: {"state": State.CLOSED, "closed_at": at},
    ),
    "reopen": Transition(
        button=_("Open again"),
        success=_("%(row)s is open again."),
        event="reopened",
        event_label=_("Opened again"),
        start={"state": [State.CLOSED]},
        changes=lambda at: {"state": State.READ, "closed_at": None},
    ),
}
