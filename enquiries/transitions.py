"""The states of an enquiry, and all that staff can do to one. A new transition is one entry here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.transitions import Transition
from enquiries.notices import due_at, enqueue_notices


class State(models.TextChoices):
    NEW = "new", _("New")
    READ = "read", _("Read")
    CLOSED = "closed", _("Closed")


TRANSITIONS = {
    # A person sent it after all. It sends no confirmation, because the mailbox may no longer be safe.
    "release": Transition(
        button=_("A person sent this: release it"),
        success=_("%(row)s is out of quarantine, and staff are told of it."),
        event="released",
        event_label=_("Released from quarantine"),
        allowed_from={"is_quarantined": [True], "state": [State.NEW, State.READ]},
        # The answer is due as if it had come now, because nobody knew of it before.
        changes=lambda at: {"is_quarantined": False, "answer_by": due_at(at)},
        on_success=enqueue_notices,
    ),
    "read": Transition(
        button=_("Mark as read"),
        success=_("%(row)s is marked as read."),
        event="read",
        event_label=_("Marked as read"),
        allowed_from={"state": [State.NEW]},
        changes=lambda at: {"state": State.READ},
    ),
    "close": Transition(
        button=_("Close"),
        success=_("%(row)s is closed."),
        event="closed",
        event_label=_("Closed"),
        allowed_from={"state": [State.NEW, State.READ]},
        # The retention period starts here.
        changes=lambda at: {"state": State.CLOSED, "closed_at": at},
    ),
    "reopen": Transition(
        button=_("Open again"),
        success=_("%(row)s is open again."),
        event="reopened",
        event_label=_("Opened again"),
        allowed_from={"state": [State.CLOSED]},
        changes=lambda at: {"state": State.READ, "closed_at": None},
    ),
}
