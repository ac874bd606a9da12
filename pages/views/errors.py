"""Error pages. Each carries the helplines and the quick exit.

Those for a broken server or database read settings alone, so that they always work.
"""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core.brand import brand
from core.resubmit import is_admin_form, resubmit_page
from pages import fallback
from pages.layout import make_layout
from publishing.reading import Gone


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", {"status": status}, status=status)


def _plain_answer(status: int) -> HttpResponse:
    """Render without a request, and so without context processors: no query can fail."""
    helplines = make_layout({}).footer_helplines
    context = {
        "status": status,
        "site_name": fallback.SITE_NAME,
        "exit_url": fallback.EXIT_URL,
        "helplines": helplines,
        "panel_helplines": helplines,
        **brand(),
    }
    response = HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give staff who signed in again meanwhile their typed text back; answer 403 to everybody else."""
    return resubmit_page(request) if is_admin_form(request) else _answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 410 if isinstance(exception, Gone) else 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is unavailable, otherwise 500."""
    is_database_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = _plain_answer(503 if is_database_away else 500)
    if is_database_away:
        response["Retry-After"] = "30"
    return response
