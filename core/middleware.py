"""What every request passes: its line in the log, headers no view should forget, and input no view should meet."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import get_resolver, reverse

from core.http import no_store, prevent_bfcache
from core.logs import request_id

logger = logging.getLogger("core.requests")

GetResponse = Callable[[HttpRequest], HttpResponse]

# Leaving in a hurry leaves no trace, in our log neither.
UNLOGGED_ROUTES = {"pages:leave"}
PASSED_ON_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
LARGEST_PUBLIC_BODY = 1_048_576
LARGEST_ADMIN_BODY = 26_214_400
# A lone surrogate in UTF-8 as an address carries it. No browser sends one.
ENCODED_SURROGATE = re.compile(r"%ED%[AB][0-9A-F]", re.IGNORECASE)


# Reversed once: every request asks, most of them twice.
@cache
def admin_path() -> str:
    return reverse("admin:index")


def is_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(admin_path())


def remember_exception(*, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Keeps what nobody caught for the log line of its request."""
    if request is not None:
        request.unhandled = sys.exc_info()  # type: ignore[attr-defined]


class RequestLogMiddleware:
    """One line a request: method, route, status, milliseconds. No path, no query, no address: they tell on people."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        passed_on = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXIES else ""
        token = request_id.set(passed_on if PASSED_ON_ID.fullmatch(passed_on) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            self._log(request, response, round((time.monotonic() - started) * 1000))
        finally:
            request_id.reset(token)
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponse, ms: int) -> None:
        match = request.resolver_match
        route = match.view_name if match else "unmatched"
        if route in UNLOGGED_ROUTES:
            return
        method = request.method if request.method in METHODS else "other"
        unhandled = getattr(request, "unhandled", None) if response.status_code >= 500 else None
        logger.log(
            logging.ERROR if response.status_code >= 500 else logging.INFO,
            "request",
            extra={"data": {"method": method, "route": route, "status": response.status_code, "ms": ms}},
            exc_info=unhandled,
        )


class HeadersMiddleware:
    """Headers beyond Django's own. Pages of staff are kept by nobody and found by nobody. HEAD gets headers alone."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.method == "POST" and response.status_code >= 400 and not is_admin(request):
            # What was typed must not come back with Back, whichever page refused it.
            prevent_bfcache(response)
        if is_admin(request):
            no_store(response)
            response.headers["X-Robots-Tag"] = "noindex"
            # Read by django-csp on the way out.
            response._csp_update = {"style-src": settings.ADMIN_STYLE_HASHES}  # type: ignore[attr-defined]
        if request.method == "HEAD" and not response.streaming:
            # Content-Length has been set before.
            response.content = b""
        return response


class BadInputMiddleware:
    """Refuses, before any view, what no form or link of ours can send: a clear 4xx and no accident further in."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        try:
            self._check_address(request)
            self._check_body(request)
        except RequestDataTooBig as error:
            return _refuse(request, error, status=413)
        except (SuspiciousOperation, MultiPartParserError, BadRequest) as error:
            return _refuse(request, error, status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Text that a database or a codec cannot hold is the sender's mistake, wherever it is noticed."""
        is_nul = isinstance(exception, ValueError) and "NUL" in str(exception)
        if isinstance(exception, UnicodeEncodeError | DataError) or is_nul:
            logger.warning("unstorable input", exc_info=exception)
            return _refuse(request, exception, status=400)
        return None

    @staticmethod
    def _check_address(request: HttpRequest) -> None:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            raise SuspiciousOperation("NUL in the address.")
        if ENCODED_SURROGATE.search(request.path_info) or ENCODED_SURROGATE.search(query):
            raise SuspiciousOperation("Half a character in the address.")

    @staticmethod
    def _check_body(request: HttpRequest) -> None:
        # Django decodes the address with this too; a codec that is none for text breaks it.
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip("\"' ").lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
            raise BadRequest("Text must be UTF-8.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not re.fullmatch(r"[0-9]{1,12}", length):
            raise BadRequest("The length of the body is not a number.")
        if int(length) > (LARGEST_ADMIN_BODY if is_admin(request) else LARGEST_PUBLIC_BODY):
            raise RequestDataTooBig("The body is too large.")
        if request.method == "POST":
            try:
                # A megabyte at most. Kept, so that it can be compared with what was announced and what is made of it.
                if not is_admin(request) and len(request.body) < int(length):
                    # The connection was lost on the way. Half a text may say the contrary of the whole.
                    raise BadRequest("The body ended early.")
                # Parsed here, where it may fail; views and Django find it parsed.
                request.POST  # noqa: B018
            except (LookupError, UnicodeError) as error:
                raise BadRequest("The form's encoding is unknown.") from error
            except UnreadablePostError as error:
                raise BadRequest("The body ended early.") from error
            if not _is_utf8(request):
                raise BadRequest("Text must be UTF-8.")


def _is_utf8(request: HttpRequest) -> bool:
    """Whether a form was sent as the text it is read as: Django puts other signs in place of bytes that are no UTF-8.

    No browser sends such bytes. Of the admin's uploads, which may be large files, no copy is kept to compare with.
    """
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.body).decode()
        except UnicodeDecodeError:
            return False
    elif request.content_type == "multipart/form-data" and not is_admin(request):
        texts = [text for name, values in request.POST.lists() for text in (name, *values)]
        # Somebody may have pasted the very sign that Django puts in.
        return sum(text.count("\ufffd") for text in texts) <= request.body.count("\ufffd".encode())
    return True


def _refuse(request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    # The page that says so is made with the request at hand, and must not stumble over the same thing.
    request.path = request.path_info = "/"
    request.META["QUERY_STRING"] = ""
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    answer: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
    response = answer(request, exception=exception)
    response.status_code = status
    return response
