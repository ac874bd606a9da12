"""Calm answers when something is wrong. Each carries the helplines and the quick exit.

Those for a broken server or database read nothing but settings, so that they work when nothing else does.
"""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core.resubmit import is_admin_form, resubmit_page
from publishing.reading import Gone


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"errors/{status}.html", {"status": status}, status=status)


def _plain_answer(status: int) -> HttpResponse:
    """Without a request, and so without context processors: no query can fail while the page is made."""
    context = {
        "status": status,
        "site_name": settings.SITE_NAME_FALLBACK,
        "exit_url": settings.QUICK_EXIT_FALLBACK,
        "helplines": settings.HELPLINES_FALLBACK,
    }
    response = HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Staff who have signed in anew meanwhile get back what they typed; nobody else has a form with such a token."""
    return resubmit_page(request) if is_admin_form(request) else _answer(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    response = _answer(request, 410 if isinstance(exception, Gone) else 404)
    # A browser that keeps this would go on saying so after a page or picture is there again.
    response["Cache-Control"] = "no-cache"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database cannot be asked (try again), 500 when the fault is ours."""
    is_database_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = _plain_answer(503 if is_database_away else 500)
    if is_database_away:
        response["Retry-After"] = "30"
    return response
