"""Answers malformed requests before any view runs."""

import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import get_resolver

from core.http import is_admin
from core.wsgi import TEXT_CHARSETS

logger = logging.getLogger("core.requests")

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
LARGEST_PUBLIC_BODY = 1_048_576
LARGEST_ADMIN_BODY = 26_214_400
# A lone surrogate in UTF-8 as an address carries it. No browser sends one.
ENCODED_SURROGATE = re.compile(r"%ED%[AB][0-9A-F]", re.IGNORECASE)


class BadInputMiddleware:
    """Refuses with a clear 4xx what no form or link of ours can send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        try:
            if has_impossible_text(request):
                raise SuspiciousOperation("The address contains an invalid character.")
            self._check_body(request)
        except RequestDataTooBig as error:
            return _refuse(request, error, status=413)
        except (SuspiciousOperation, MultiPartParserError, BadRequest) as error:
            return _refuse(request, error, status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 400 when a database or a codec cannot store the text."""
        is_nul = isinstance(exception, ValueError) and "NUL" in str(exception)
        if isinstance(exception, UnicodeEncodeError | DataError) or is_nul:
            logger.warning("unstorable input", exc_info=exception)
            return _refuse(request, exception, status=400)
        return None

    @staticmethod
    def _check_body(request: HttpRequest) -> None:
        # Django decodes the address with this too, and a codec that is not for text would break it.
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip("\"' ").lower() not in TEXT_CHARSETS:
            raise BadRequest("Text must be UTF-8.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not re.fullmatch(r"[0-9]{1,12}", length):
            raise BadRequest("The length of the body is not a number.")
        if int(length) > (LARGEST_ADMIN_BODY if is_admin(request) else LARGEST_PUBLIC_BODY):
            raise RequestDataTooBig("The body is too large.")
        if request.method == "POST":
            try:
                # At most a megabyte. Read all of it, to compare its length with Content-Length.
                if not is_admin(request) and len(request.body) < int(length):
                    # The connection was lost. Half a text may say the contrary of the whole.
                    raise BadRequest("The body ended early.")
                # Parse it here, where it may fail; Django and the views reuse the result.
                request.POST  # noqa: B018
            except (LookupError, UnicodeError) as error:
                raise BadRequest("The form's encoding is unknown.") from error
            except UnreadablePostError as error:
                raise BadRequest("The body ended early.") from error
            if not _is_utf8(request):
                raise BadRequest("Text must be UTF-8.")


def has_impossible_text(request: HttpRequest) -> bool:
    """Tell whether the address holds a NUL or half a character."""
    query = request.META.get("QUERY_STRING", "")
    if "\0" in request.path_info or "%00" in query or "\0" in query:
        return True
    return bool(ENCODED_SURROGATE.search(request.path_info) or ENCODED_SURROGATE.search(query))


def _is_utf8(request: HttpRequest) -> bool:
    """Tell whether the form is valid UTF-8. Django silently replaces other bytes, which no browser sends.

    Uploads in the admin may be large, so no copy of them is kept to compare with.
    """
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.body).decode()
        except UnicodeDecodeError:
            return False
    elif request.content_type == "multipart/form-data" and not is_admin(request):
        texts = [text for name, values in request.POST.lists() for text in (name, *values)]
        # Somebody may have pasted the sign that Django puts in.
        return sum(text.count("\ufffd") for text in texts) <= request.body.count("\ufffd".encode())
    return True


def _refuse(request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    # Clear the bad parts first, or the error page would fail on them too.
    request.path = request.path_info = "/"
    request.META["QUERY_STRING"] = ""
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    answer: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
    response = answer(request, exception=exception)
    response.status_code = status
    return response
