"""Compresses what the page cache did not: pages that it keeps nowhere, error pages, drawings, the manifest."""

import gzip
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from core.http import is_admin, is_private, takes_gzip

COMPRESSIBLE = re.compile(r"text/|image/svg\+xml|application/(\w+\+)?(json|xml)")
#: As in the page cache, and no shorter: it would be sent in one packet either way.
GZIP_LEVEL, SHORTEST = 5, 300


class CompressMiddleware:
    """Compresses nothing that may hold a secret.

    The length of a compressed page tells whether words that an attacker put into it stand there a second time. So it
    gives away, letter by letter, a token that stands beside them (BREACH). Such pages are known by what they say of
    themselves: they are `no-store` or set a cookie, or they are for staff. All others are the same for everybody. An
    empty form is `no-store` too, but has a new token each time, which no comparing of lengths can find: it is let
    through (`allow_compression`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or response.has_header("Content-Encoding") or may_hold_a_secret(request, response):
            return response
        if len(response.content) < SHORTEST or not COMPRESSIBLE.match(response.get("Content-Type", "")):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if takes_gzip(request):
            response.content = gzip.compress(response.content, GZIP_LEVEL, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response


def may_hold_a_secret(request: HttpRequest, response: HttpResponse) -> bool:
    is_for_staff = is_admin(request) or settings.SESSION_COOKIE_NAME in request.COOKIES
    is_let_through = getattr(response, "may_be_compressed", False)
    return bool(is_for_staff or response.cookies or (is_private(response) and not is_let_through))
