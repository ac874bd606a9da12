"""The states of an enquiry, and all that staff can do to one. A new transition is one entry here."""

from django.utils.translation import gettext_lazy as _

from core.transitions import Transition
from enquiries.models import Enquiry, EventKind
from enquiries.notices import due_at, enqueue_notices

State, Outcome = Enquiry.State, Enquiry.Outcome

TRANSITIONS = {
    # A person sent it after all. It sends no confirmation, because the mailbox may no longer be safe.
    "release": Transition(
        button=_("A person sent this: release it"),
        success=_("%(row)s is out of quarantine, and staff are told of it."),
        event=EventKind.RELEASED,
        event_label=EventKind.RELEASED.label,
        allowed_from={"is_quarantined": [True], "state": [State.NEW, State.OPEN]},
        # The answer is due as if it had come now, because nobody knew of it before.
        changes=lambda at: {"is_quarantined": False, "answer_by": due_at(at)},
        on_success=enqueue_notices,
    ),
    "read": Transition(
        button=_("Mark as read"),
        success=_("%(row)s is marked as read."),
        event=EventKind.READ,
        event_label=EventKind.READ.label,
        allowed_from={"state": [State.NEW]},
        changes=lambda at: {"state": State.OPEN},
    ),
    "close": Transition(
        button=_("Close"),
        success=_("%(row)s is closed."),
        event=EventKind.CLOSED,
        event_label=EventKind.CLOSED.label,
        allowed_from={"state": [State.NEW, State.OPEN]},
        # The retention period starts here.
        changes=lambda at: {"state": State.CLOSED, "closed_at": at, "outcome": Outcome.ANSWERED},
    ),
    "reopen": Transition(
        button=_("Open again"),
        success=_("%(row)s is open again."),
        event=EventKind.REOPENED,
        event_label=EventKind.REOPENED.label,
        allowed_from={"state": [State.CLOSED]},
        changes=lambda at: {"state": State.OPEN, "closed_at": None, "outcome": ""},
    ),
}
