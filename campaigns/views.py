"""The list of campaigns and their pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.opening import is_closed, is_coming, is_running
from publishing import reading
from publishing.models import Edition
from publishing.reading import AnyEdition
from publishing.views import answer_moved, edition_response


@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    editions = list(Edition.objects.live(at=timezone.now()).filter(section="campaigns").defer("body_html", "body_text"))
    context = {
        "open": [edition for edition in editions if is_running(edition)],
        "coming": [edition for edition in editions if is_coming(edition)],
        "closed": [edition for edition in editions if is_closed(edition)],
        "crumbs": [{"label": _("Home"), "url": "/"}],
        "nav_current": request.path,
    }
    return render(request, "campaigns/list.html", context)


@require_safe
@answer_moved
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    edition = reading.find(request.path, at=timezone.now())
    return edition_response(request, edition, context=page_context(edition))


def page_context(edition: AnyEdition) -> dict[str, Any]:
    """What a campaign's page shows beside its edition, in one query."""
    stories, _cards = reading.related(edition, at=timezone.now())
    path = reverse("campaigns:list")
    crumbs = [{"label": _("Home"), "url": "/"}, {"label": _("Campaigns"), "url": path}]
    return {
        "related": stories,
        "is_closed": is_closed(edition),
        "is_coming": is_coming(edition),
        "crumbs": crumbs,
        "nav_current": path,
    }
