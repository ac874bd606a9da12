"""Saves what staff typed when they were signed out meanwhile.

A form of the back office that comes without a session, or with the token of an earlier one, is answered by a page that
holds every field of it and sends them again, once its writer has signed in.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.http import is_admin, is_same_origin

# Their fields are not worth sending again.
SIGN_IN_AND_OUT = {"admin:login", "admin:logout"}


class ResubmitMiddleware:
    """Stands behind the check for forgery of requests, which has a page of its own (`CSRF_FAILURE_VIEW`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        return resubmit_page(request) if is_admin_form(request) and not admin.site.has_permission(request) else None


def is_admin_form(request: HttpRequest) -> bool:
    """Tell whether this is a form of the back office, sent from one of its own pages."""
    match = request.resolver_match
    return (
        request.method == "POST"
        and is_admin(request)
        and match is not None
        and match.view_name not in SIGN_IN_AND_OUT
        and is_same_origin(request)
    )


def resubmit_page(request: HttpRequest) -> HttpResponse:
    """Show everything typed, but for passwords and files, ready to be sent once more with a new token."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    is_signed_in = admin.site.has_permission(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Please press Send once more") if is_signed_in else _("You were signed out while you wrote"),
        "fields": fields,
        "has_files": bool(request.FILES),
        "is_signed_in": is_signed_in,
    }
    return render(request, "admin/resubmit.html", context, status=403)
