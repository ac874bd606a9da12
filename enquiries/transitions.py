"""All that staff can do to an enquiry. A new transition is one entry here."""

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.transitions import Transition
from enquiries.models import Enquiry, EventKind
from enquiries.notices import due_at, enqueue_notices

State, Outcome = Enquiry.State, Enquiry.Outcome

# Nobody works on a message that may come from a program: it is released first, or closed as such.
_FROM_A_PERSON: dict[str, list[Any]] = {"is_quarantined": [False]}
_IN_WORK: dict[str, list[Any]] = {**_FROM_A_PERSON, "state": [State.OPEN, State.WAITING]}

TRANSITIONS = {
    # A person sent it after all. It sends no confirmation, because the mailbox may no longer be safe.
    "release": Transition(
        button=_("A person sent this: release it"),
        success=_("%(row)s is out of quarantine, and staff are told of it."),
        event=EventKind.RELEASED,
        event_label=EventKind.RELEASED.label,
        allowed_from={"is_quarantined": [True], "state": [State.NEW, State.OPEN]},
        # The answer is due as if it had come now, because nobody knew of it before. Whoever judged it is not yet the
        # one who answers: the team is told, and reminded until somebody opens it.
        changes=lambda at: {
            "is_quarantined": False,
            "answer_by": due_at(at),
            "told_at": None,
            "first_opened_at": None,
        },
        on_success=enqueue_notices,
    ),
    "discard": Transition(
        button=_("A program sent this: close it"),
        success=_("%(row)s is closed as sent by a program."),
        event=EventKind.CLOSED,
        event_label=EventKind.CLOSED.label,
        allowed_from={"is_quarantined": [True], "state": [State.NEW, State.OPEN]},
        changes=lambda at: {"state": State.CLOSED, "closed_at": at, "outcome": Outcome.SPAM},
    ),
    # `change_state` makes whoever takes it the owner.
    "take": Transition(
        button=_("Take it"),
        success=_("%(row)s is yours."),
        event=EventKind.TAKEN,
        event_label=EventKind.TAKEN.label,
        allowed_from={**_FROM_A_PERSON, "state": [State.NEW, State.OPEN, State.WAITING], "owner": [None]},
        changes=lambda at: {"state": State.OPEN, "waiting_until": None},
    ),
    "answer": Transition(
        button=_("I have answered"),
        success=_("It is recorded that %(row)s was answered."),
        event=EventKind.ANSWERED,
        event_label=EventKind.ANSWERED.label,
        allowed_from=_IN_WORK,
        changes=lambda at: {"first_answered_at": Coalesce(F("first_answered_at"), at)},
    ),
    "wait": Transition(
        button=_("Wait until this day"),
        success=_("%(row)s waits."),
        event=EventKind.WAITING,
        event_label=EventKind.WAITING.label,
        allowed_from=_IN_WORK,
        changes=lambda at: {"state": State.WAITING},
    ),
    "close": Transition(
        button=_("Close"),
        success=_("%(row)s is closed."),
        event=EventKind.CLOSED,
        event_label=EventKind.CLOSED.label,
        allowed_from=_IN_WORK,
        # The retention period starts here.
        changes=lambda at: {"state": State.CLOSED, "closed_at": at, "waiting_until": None},
    ),
    "reopen": Transition(
        button=_("Open again"),
        success=_("%(row)s is open again."),
        event=EventKind.REOPENED,
        event_label=EventKind.REOPENED.label,
        allowed_from={"state": [State.CLOSED]},
        changes=lambda at: {"state": State.OPEN, "closed_at": None, "outcome": "", "merged_into": None},
    ),
    # The lead is told, and reminded until somebody who may see it has opened it.
    "restrict": Transition(
        button=_("Restrict: it is about someone who works here"),
        success=_("%(row)s is restricted: only the safeguarding lead sees it now, and is told."),
        event=EventKind.RESTRICTED,
        event_label=EventKind.RESTRICTED.label,
        allowed_from={**_FROM_A_PERSON, "state": [State.NEW, State.OPEN, State.WAITING], "is_restricted": [False]},
        changes=lambda at: {"is_restricted": True, "owner": None, "told_at": None, "first_opened_at": None},
        on_success=enqueue_notices,
    ),
}
