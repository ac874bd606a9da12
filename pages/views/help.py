"""Get help now: whom to ring, write to or sign to, and a card with the numbers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.content import period_of
from core.middleware.page_cache import cached_page
from pages.helplines import Choice, card_context, help_context
from pages.layout import layout_for_period
from publishing import reading
from publishing.sections import page_context


@cached_page("nation", "i-am")
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Show the helplines alone until staff have written a text."""
    period = period_of(request)
    context = help_context(layout_for_period(period).helplines, Choice.asked(request.GET))
    try:
        edition = reading.find(request.path, at=timezone.now())
    except (Http404, reading.Moved):
        context |= {"edition": None, "nav_current": request.path}
    else:
        context = page_context(edition, period) | {"edition": edition, "head_lang": edition.lang} | context
    # An edition that was taken before the page had a template of its own names another.
    return render(request, "pages/get_help_now.html", context)


@cached_page("nation", "names")
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    helplines = layout_for_period(period_of(request)).helplines
    asked = {name: request.GET.get(name, "") for name in ("nation", "names")}
    return render(request, "pages/help_card.html", card_context(helplines, **asked))
