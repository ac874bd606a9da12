"""The list of campaigns."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.opening import phase_of
from campaigns.sections import CAMPAIGNS
from core.middleware.page_cache import cached_page
from publishing.models import Edition
from publishing.reading import with_each_picture_once


@cached_page()
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    editions = Edition.objects.live(at=timezone.now()).filter(section=CAMPAIGNS.key).defer("body_html", "body_text")
    context: dict[str, Any] = {"open": [], "coming": [], "closed": [], "crumbs": [], "nav_current": CAMPAIGNS.path}
    for edition in editions:
        context[phase_of(edition.details)].append(edition)
    shown: set[str] = set()
    for phase in ("open", "coming", "closed"):
        context[phase] = with_each_picture_once(context[phase], shown=shown)
    return render(request, "campaigns/list.html", context)
