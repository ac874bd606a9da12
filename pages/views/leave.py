"""The quick exit: where it leads without JavaScript, and what the server does for it."""

import time

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import deadline, held_forms
from core.http import prevent_bfcache
from pages import fallback
from pages.models import SiteSettings

# Somebody who leaves does not wait for a locked database.
LONGEST_WAIT_SECONDS = 0.5


# It needs no protection from forgery: all it can do is to take from a browser the key of what was typed there.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Make what was typed unreadable, keep the page left behind out of the Back cache, redirect to the neutral page.

    With JavaScript the page has gone there by itself and sends a POST on leaving, which is answered with nothing.
    The key of what is held is taken from the browser, and no database is asked for that: leaving must always work.
    """
    is_told = request.method == "POST"
    response = HttpResponse(status=204) if is_told else HttpResponseRedirect(exit_url(), status=303)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    prevent_bfcache(response)
    held_forms.drop_key(response)
    # Our log keeps no trace either.
    response.is_unlogged = True  # type: ignore[attr-defined]
    return response


def exit_url() -> str:
    try:
        with deadline.until(time.monotonic() + LONGEST_WAIT_SECONDS):
            chosen = SiteSettings.objects.values_list("exit_url", flat=True).first()
    except (OperationalError, InterfaceError):
        # Leaving must always work.
        chosen = None
    return chosen or fallback.EXIT_URL
