"""The home page: what is new, where to go, whom to ring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.opening import is_running
from core.content import period_of
from core.page_cache import cached_page
from pages.layout import layout_of
from publishing.models import Edition

STORIES, RESOURCES = 5, 3


@cached_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    period = period_of(request)
    lead_story, headlines = _stories(layout_of(period).site.get("lead_story_id"))
    return render(
        request,
        "pages/home.html",
        {
            "lead_story": lead_story,
            "headlines": headlines,
            "resources": Edition.objects.live(at=timezone.now()).for_lists().filter(section="resources")[:RESOURCES],
            "campaign": next((campaign for campaign in period.rows["campaigns"] if is_running(campaign)), None),
            "doors": period.rows["doors"],
            "nav_current": "/",
        },
    )


def _stories(chosen: int | None) -> tuple[Edition | None, list[Edition]]:
    """The story that staff chose, or the newest, and the newest others. One query that sorts no more than it shows."""
    live = Edition.objects.live(at=timezone.now()).filter(section="news")
    newest = live.order_by("-dated_on", "-live_from").values("pk")[:STORIES]
    wanted = Edition.objects.filter(pk__in=newest).order_by().values("pk")
    shown = list(
        Edition.objects.filter(pk__in=wanted.union(live.filter(document_id=chosen).order_by().values("pk"))).for_lists()
    )
    lead = next((story for story in shown if story.document_id == chosen), shown[0] if shown else None)
    return lead, [story for story in shown if story is not lead][: STORIES - 1]
