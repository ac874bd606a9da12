"""Pages that stand on their own, and the contact page, which adds the settings' details to what staff wrote."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publishing import reading
from publishing.models import Edition
from publishing.reading import AnyEdition
from publishing.views import answer_moved, edition_response


@require_safe
@answer_moved
def standing(request: HttpRequest, slug: str, parent: str = "") -> HttpResponse:
    path = f"/{parent}/{slug}/" if parent else f"/{slug}/"
    edition = reading.find(path, at=timezone.now())
    return edition_response(request, edition, context=standing_context(edition))


def standing_context(edition: AnyEdition) -> dict[str, Any]:
    crumbs = [{"label": _("Home"), "url": "/"}]
    first, _slash, rest = edition.path.strip("/").partition("/")
    if rest:
        # The page above it, if there is one.
        above = Edition.objects.live(at=timezone.now()).filter(path=f"/{first}/").only("title", "path")
        crumbs += [{"label": page.title, "url": page.path} for page in above]
    return {"crumbs": crumbs, "nav_current": edition.path}


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Works before anybody has written a text for it."""
    try:
        edition = reading.find(request.path, at=timezone.now())
    except (Http404, reading.Moved):
        context = {"edition": None, "crumbs": [{"label": _("Home"), "url": "/"}], "nav_current": request.path}
        return render(request, "pages/contact.html", context)
    return edition_response(request, edition, context=standing_context(edition))
