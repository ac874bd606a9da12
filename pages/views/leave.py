"""The quick exit for browsers without JavaScript."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from core.http import prevent_bfcache
from pages import fallback
from pages.models import SiteSettings


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Redirect to the neutral page and keep the page left behind out of the Back cache."""
    response = HttpResponseRedirect(exit_url(), status=303)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    prevent_bfcache(response)
    # Our log keeps no trace either.
    response.is_unlogged = True  # type: ignore[attr-defined]
    return response


def exit_url() -> str:
    try:
        chosen = SiteSettings.objects.values_list("exit_url", flat=True).first()
    except (OperationalError, InterfaceError):
        # Leaving must always work.
        chosen = None
    return chosen or fallback.EXIT_URL
