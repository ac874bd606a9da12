"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.hashtag import hashtag_parts
from campaigns.opening import phase_of
from core.content import Period, period_of
from core.middleware.page_cache import cached_page
from publishing.languages import lang_attributes
from publishing.reading import cards, choose, newest, with_each_picture_once

STORIES, RESOURCES = 5, 3


@cached_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    period = period_of(request)
    stories, resources = (newest(section, period=period) for section in ("news", "resources"))
    lead = [row["id"] for row in period.rows["lead_story"]] or stories[:1]
    found = cards([*lead, *stories, *resources], period=period)
    shown: set[str] = set()
    lead_stories = with_each_picture_once((found[key] for key in lead), shown=shown)
    return render(
        request,
        "pages/home.html",
        {
            "lead_story": next(iter(lead_stories), None),
            "headlines": [found[key] for key in stories if key not in lead][: STORIES - 1],
            "resources": choose((found[key] for key in resources), number=RESOURCES, shown=shown, only_pictured=True),
            "campaign": _running_campaign(period),
            "doors": period.rows["doors"],
            "nav_current": "/",
        },
    )


def _running_campaign(period: Period) -> dict | None:
    found = next((campaign for campaign in period.rows["campaigns"] if phase_of(campaign) == "open"), None)
    if found is None:
        return None
    return found | {"hashtag_parts": hashtag_parts(found["hashtag"]), "lang": lang_attributes(found["language"])}
