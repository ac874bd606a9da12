"""The home page: what is new, where to go, whom to ring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.hashtag import hashtag_parts
from campaigns.opening import is_running
from core.content import Period, period_of
from core.middleware.page_cache import cached_page
from pages.layout import layout_of
from publishing.models import Edition

STORIES, RESOURCES = 5, 3


@cached_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    period = period_of(request)
    lead_story, headlines = _stories(layout_of(period).site.get("lead_story_id") or 0)
    return render(
        request,
        "pages/home.html",
        {
            "lead_story": lead_story,
            "headlines": headlines,
            "resources": Edition.objects.live(at=timezone.now()).for_lists().filter(section="resources")[:RESOURCES],
            "campaign": _running_campaign(period),
            "doors": period.rows["doors"],
            "nav_current": "/",
        },
    )


def _running_campaign(period: Period) -> dict | None:
    found = next((campaign for campaign in period.rows["campaigns"] if is_running(campaign)), None)
    return found and found | {"hashtag_parts": hashtag_parts(found["hashtag"])}


def _stories(chosen: int) -> tuple[Edition | None, list[Edition]]:
    """The story that staff chose, or the newest, and the newest others. One query that sorts no more than it shows."""
    live = Edition.objects.live(at=timezone.now()).filter(section="news")
    newest = live.order_by("-dated_on", "-live_from").values("pk")[:STORIES]
    wanted = Edition.objects.filter(pk__in=newest).order_by().values("pk")
    shown = list(
        Edition.objects.filter(pk__in=wanted.union(live.filter(document_id=chosen).order_by().values("pk"))).for_lists()
    )
    lead = next((story for story in shown if story.document_id == chosen), shown[0] if shown else None)
    return lead, [story for story in shown if story is not lead][: STORIES - 1]
