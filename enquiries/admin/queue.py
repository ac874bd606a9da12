"""The queues of the desk, as a filter of its list with a number beside each."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.roles import has_granted
from enquiries.models import Enquiry

State = Enquiry.State


def queues(request: HttpRequest) -> dict[str, tuple[Any, Q]]:
    """Each queue that this person may know of: its name in addresses, its words, and what stands in it."""
    is_open, is_apart = ~Q(state=State.CLOSED), Q(is_quarantined=True)
    today, now = timezone.localdate(), timezone.now()
    is_waiting = Q(state=State.WAITING, waiting_until__gt=today)
    to_do = is_open & ~is_apart & ~is_waiting
    is_overdue = Q(answer_by__lt=now, first_answered_at__isnull=True, state__in=[State.NEW, State.OPEN])
    found = {
        "": (_("To do"), to_do),
        "new": (_("New"), Q(state=State.NEW) & ~is_apart),
        "mine": (_("Mine"), Q(owner=request.user.pk) & is_open),
        "waiting": (_("Waiting"), is_waiting),
        "overdue": (_("Overdue"), is_overdue & ~is_apart),
        "restricted": (_("Restricted"), Q(is_restricted=True) & is_open),
        "held": (_("Held"), Q(is_held=True)),
        "spam": (_("Looks automatic"), is_apart & is_open),
        "closed": (_("Closed"), Q(state=State.CLOSED)),
        "all": (_("All"), Q()),
    }
    if not has_granted(request.user, "enquiries.view_restricted"):
        del found["restricted"]
    return found


class QueueFilter(admin.SimpleListFilter):
    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.queues = queues(request)
        return [(name, words) for name, (words, _condition) in self.queues.items() if name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enquiry]) -> QuerySet[Enquiry]:
        name = self.value() or ""
        # A reference is looked for among all.
        if not name and request.GET.get("q"):
            return queryset
        return queryset.filter(self.queues[name if name in self.queues else ""][1])

    def choices(self, changelist: ChangeList) -> Any:
        counts = changelist.root_queryset.order_by().aggregate(
            **{f"n_{name}": Count("pk", filter=condition) for name, (_words, condition) in self.queues.items()}
        )
        for name, (words, _condition) in self.queues.items():
            yield {
                "selected": (self.value() or "") == name,
                "query_string": changelist.get_query_string({"queue": name} if name else {}, [] if name else ["queue"]),
                "display": f"{words} ({counts[f'n_{name}']})",
            }
