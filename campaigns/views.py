"""The list of campaigns."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.opening import is_closed, is_coming, is_running
from campaigns.sections import CAMPAIGNS
from core.middleware.page_cache import cached_page
from publishing.models import Edition


@cached_page()
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    editions = list(
        Edition.objects.live(at=timezone.now()).filter(section=CAMPAIGNS.key).defer("body_html", "body_text")
    )
    context = {
        "open": [edition for edition in editions if is_running(edition.details)],
        "coming": [edition for edition in editions if is_coming(edition.details)],
        "closed": [edition for edition in editions if is_closed(edition.details)],
        "crumbs": [],
        "nav_current": CAMPAIGNS.path,
    }
    return render(request, "campaigns/list.html", context)
