from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.content import period_of
from core.middleware.page_cache import cached_page
from publishing import reading, share
from publishing.models import Edition
from publishing.sections import page_context
from publishing.translations import translations_of


@cached_page()
@require_safe
def edition_page(request: HttpRequest, **address: str) -> HttpResponse:
    """Answer with what is live at this address; 301 if it has moved, 404 or 410 when there is nothing."""
    try:
        edition = reading.find(request.path, at=timezone.now())
    except reading.Moved as moved:
        return HttpResponsePermanentRedirect(moved.path)
    return render_edition(request, edition)


def render_edition(request: HttpRequest, edition: Edition, *, is_preview: bool = False, **context: Any) -> HttpResponse:
    """The page of an edition, by the template that it was taken with. A preview goes through here too."""
    period = period_of(request)
    own = {
        "edition": edition,
        # Of the title and the description in the head, which a page takes from the edition.
        "head_lang": edition.lang,
        "is_preview": is_preview,
        "share_picture": share.share_context(edition, period),
        "translations": translations_of(edition, period=period),
    }
    context = page_context(edition, period) | own | context
    return render(request, edition.template_name, context)
