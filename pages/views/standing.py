"""The contact page: the text of staff with the details of the settings."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.middleware.page_cache import cached_page
from publishing import reading
from publishing.views import render_edition


@cached_page()
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Show the settings alone until staff have written a text."""
    try:
        edition = reading.find(request.path, at=timezone.now())
    except (Http404, reading.Moved):
        return render(request, "pages/contact.html", {"edition": None, "crumbs": [], "nav_current": request.path})
    return render_edition(request, edition)
