"""Readers' pages are made once a period (`core.content`) and kept by Django's cache framework.

A view opts in with `@cached_page`. Its answers are found under the content version, the next moment, the release, the
host and the address, so an answer of another time is never found: nothing is purged, and nothing is out of date.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.http.request import split_domain_port
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from core.content import Period, period_of
from core.middleware.bad_input import has_impossible_text

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., HttpResponse])

KEPT_STATUSES = {200, 301, 404, 410}
#: Of wrong addresses there is no end: they share so many places.
PLACES_OF_404 = 64
#: A page of 29 KB takes 0.1 ms and becomes 3.9 KB; the highest level would save 1 % more.
GZIP_LEVEL = 5
#: For so long a store that failed is not asked again.
PAUSE_SECONDS = 5
#: What no period outlasts, so that a shared store forgets the pages of earlier ones.
LONGEST_SECONDS = 86_400
_ON_EVERY_ANSWER = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
_NO_GZIP = re.compile(r"(?:gzip|\*)\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


def cached_page(*parameters: str) -> Callable[[View], View]:
    """Keep the answers of a reader's view. They must follow from the address and these query parameters alone.

    The view sees no other parameters, and no repeated one.
    """

    def opt_in(view: View) -> View:
        view.cached_parameters = frozenset(parameters)  # type: ignore[attr-defined]
        return view

    return opt_in


class Answer(NamedTuple):
    """A finished answer: its body compressed, its headers without those about the body."""

    status: int
    headers: dict[str, str]
    body: bytes


class PageCacheMiddleware:
    """Keeps finished answers with all their headers, so it stands outside the middleware that makes them.

    The entity tag tells the period and the address, so 304 needs nothing but the content version.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            address = _address_of(request)
            period = period_of(request) if address else None
        except (DatabaseError, InterfaceError, SuspiciousOperation):
            # Further in somebody finds that out too, and has an answer to it.
            address = period = None
        if not address or period is None or period.version is None:
            return self.get_response(request)
        time_key = f"{period.version:x}-{int(period.until.timestamp() * 1_000_000):x}"
        etags = [f'"{address}-{time_key}"', f'"{address}-{time_key}-gz"']
        asked = request.META.get("HTTP_IF_NONE_MATCH", "")
        if found := next((etag for etag in etags if etag in asked), ""):
            # Under the very tag that was asked with: it stands for the page as it was sent, compressed or not.
            return HttpResponseNotModified(headers={**_ON_EVERY_ANSWER, "ETag": found})
        answer = _kept(time_key, address)
        if answer is None:
            response = self._made(request)
            if not _may_be_kept(request, response):
                return response
            answer = _answer_of(response)
            _keep(time_key, address, answer, period)
        return _response(request, answer, etags)

    def _made(self, request: HttpRequest) -> HttpResponse:
        """The answer to GET, also for HEAD."""
        method, request.method = request.method, "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = method


def _address_of(request: HttpRequest) -> str | None:
    """One short word for the address of a view that opted in; None where the answer is not to be kept.

    Query parameters that the view does not know are dropped: what the address does not tell, the view must not see.
    """
    if request.method not in {"GET", "HEAD"} or settings.DEBUG or not request.path_info.endswith("/"):
        return None
    if settings.SESSION_COOKIE_NAME in request.COOKIES or has_impossible_text(request):
        return None
    if request.content_params:
        # A charset of which it would decode the address.
        return None
    request.resolver_match = _match(request.path_info, settings.ROOT_URLCONF)
    parameters = getattr(request.resolver_match and request.resolver_match.func, "cached_parameters", None)
    if parameters is None:
        return None
    if request.META.get("QUERY_STRING"):
        asked = QueryDict(mutable=True)
        for name in sorted(parameters.intersection(request.GET)):
            asked[name] = request.GET[name]
        request.META["QUERY_STRING"] = asked.urlencode()
        request.GET = asked  # type: ignore[assignment]
    host, _port = split_domain_port(request.get_host())
    address = f"{request.scheme}://{host}{request.path_info}?{request.META.get('QUERY_STRING', '')}"
    return hashlib.blake2b(f"{settings.RELEASE} {address}".encode("utf-8", "replace"), digest_size=9).hexdigest()


# A site has few addresses that are asked for often, and to find a view takes a third of what a kept page does.
@lru_cache(maxsize=1024)
def _match(path: str, urlconf: str) -> ResolverMatch | None:
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return None


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code not in KEPT_STATUSES or response.streaming or response.cookies:
        return False
    # A wrong parameter has any number of spellings.
    if response.status_code in {404, 410} and request.META.get("QUERY_STRING"):
        return False
    has_nonce = getattr(request, "_csp_nonce", None)
    is_private = {"no-store", "private"}.intersection(re.split(r"[\s,]+", response.get("Cache-Control", "")))
    return not has_nonce and not is_private and not response.has_header("Vary")


def _answer_of(response: HttpResponse) -> Answer:
    headers = {name: value for name, value in response.items() if name not in {"Content-Length", "ETag"}}
    return Answer(response.status_code, headers, gzip.compress(response.content, GZIP_LEVEL, mtime=0))


def _response(request: HttpRequest, answer: Answer, etags: list[str]) -> HttpResponse:
    is_compressed = _takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    body = answer.body if is_compressed else gzip.decompress(answer.body)
    response = HttpResponse(b"" if request.method == "HEAD" else body, status=answer.status, headers=answer.headers)
    response.headers["Content-Length"] = str(len(body))
    for name, value in _ON_EVERY_ANSWER.items():
        response.headers[name] = value
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    if answer.status == 200:
        response.headers["ETag"] = etags[is_compressed]
    return response


def _takes_gzip(accepted: str) -> bool:
    return ("gzip" in accepted or "*" in accepted) and not _NO_GZIP.search(accepted)


# The store ---------------------------------------------------------------------------------------------------------

_asked_again_at = 0.0


def _guarded(ask: Callable[[], Any]) -> Any:
    """What the store says, or None while it is away. Whatever is wrong with it, the page is made anew."""
    global _asked_again_at
    if time.monotonic() < _asked_again_at:
        return None
    try:
        return ask()
    except Exception as error:
        # Each store has errors of its own, and garbage in it can raise anything.
        _asked_again_at = time.monotonic() + PAUSE_SECONDS
        logger.warning("page cache away", exc_info=error)
        return None


def _kept(time_key: str, address: str) -> Answer | None:
    for key in (f"{time_key}:{address}", _place_of_404(time_key, address)):
        found = _guarded(partial(cache.get, key))
        if answer := _as_answer(found, address):
            return answer
    return None


def _as_answer(found: Any, address: str) -> Answer | None:
    """What was found, if it is what `_keep` keeps: others may write into a store that machines share."""
    if not (isinstance(found, tuple) and len(found) == 4 and found[0] == address):
        return None
    _address, status, headers, body = found
    is_answer = isinstance(status, int) and isinstance(headers, dict) and isinstance(body, bytes)
    return Answer(status, headers, body) if is_answer else None


def _keep(time_key: str, address: str, answer: Answer, period: Period) -> None:
    seconds = min((period.until - timezone.now()).total_seconds(), LONGEST_SECONDS)
    if seconds <= 0:
        return
    key = _place_of_404(time_key, address) if answer.status == 404 else f"{time_key}:{address}"
    _guarded(lambda: cache.set(key, (address, *answer), seconds))


def _place_of_404(time_key: str, address: str) -> str:
    return f"{time_key}:404:{int(address[:4], 16) % PLACES_OF_404}"
