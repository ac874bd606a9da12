"""Everything that staff can do to a job. A new transition is one entry here and one action in the admin."""

from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.models import Job
from core.transitions import Transition

_UNSETTLED = {"status": [Job.Status.DEAD, Job.Status.QUEUED]}

TRANSITIONS = {
    "retry": Transition(
        button=_("Try again now"),
        success=ngettext_lazy("%(n)d job waits for the worker.", "%(n)d jobs wait for the worker.", "n"),
        event="retried",
        event_label=_("Set to be tried again"),
        allowed_from=_UNSETTLED,
        # Due since it was created, whatever this clock says: a clock that is ahead would put it off for years.
        changes=lambda at: {
            "status": Job.Status.QUEUED,
            "due_at": Least("due_at", "created_at"),
            "attempts": 0,
            "first_tried_at": None,
            "finished_at": None,
            "error": "",
        },
    ),
    "discard": Transition(
        button=_("Discard: never do it"),
        success=ngettext_lazy("%(n)d job was discarded.", "%(n)d jobs were discarded.", "n"),
        event="discarded",
        event_label=_("Discarded"),
        allowed_from=_UNSETTLED,
        changes=lambda at: {"status": Job.Status.DISCARDED, "finished_at": at},
    ),
}
