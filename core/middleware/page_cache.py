"""Caches readers' pages in Django's cache framework, once for each period (`core.content`).

A view opts in with `@cached_page`. The key of a page holds the content version, the next moment, the release, the host
and the address. So nothing is purged, and an outdated page is never found.
"""

import gzip
import hashlib
import logging
import time
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.http.request import split_domain_port
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from core.content import Period, period_of
from core.http import is_private, takes_gzip
from core.middleware.bad_input import has_impossible_text

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

CACHEABLE_STATUSES = {200, 301, 404, 410}
#: There is no end of wrong addresses, so all 404 pages share so many places.
NOT_FOUND_PLACES = 64
#: No page has a longer one; the memory that keeps a match is bounded in entries, not in bytes.
LONGEST_PATH = 300
#: A page of 29 KB takes 0.1 ms and becomes 3.9 KB; the highest level would save 1 % more.
GZIP_LEVEL = 5
#: A store that fails to keep a page, or takes longer than `SLOW_SECONDS` twice in a row, is left alone for so long.
PAUSE_SECONDS, SLOW_SECONDS = 5, 0.1
#: A shared store forgets the pages of earlier periods by then; no period is longer.
LONGEST_SECONDS = 86_400
_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}


def cached_page(*parameters: str) -> Callable[[View], View]:
    """Cache the responses of a reader's view. They must depend on the address and these query parameters alone.

    The view sees no other parameters, and no repeated one.
    """

    def opt_in(view: View) -> View:
        @wraps(view)
        def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Fails at once where the middleware could not ask the database.
            period_of(request)
            _drop_unknown(request, parameters)
            return view(request, *args, **kwargs)

        cached.cached_parameters = parameters  # type: ignore[attr-defined]
        return cached

    return opt_in


class CachedResponse(NamedTuple):
    """A finished response: its body compressed, its headers without those about the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def signature(self, address: str) -> bytes:
        """Proves that this site made it for this address: others may write into a shared store."""
        found = hashlib.blake2b(self.body, digest_size=16, key=settings.SECRET_KEY.encode()[:64])
        found.update(repr((address, self.status, self.headers)).encode("utf-8", "replace"))
        return found.digest()


class PageCacheMiddleware:
    """Stores finished responses with all their headers, so it stands outside the middleware that makes them.

    The entity tag tells the period and the address, so 304 needs nothing but the content version.
    """

    def __init__(self, get_response: View):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            address = _address_of(request)
            period = period_of(request) if address else None
        except (DatabaseError, InterfaceError, SuspiciousOperation):
            # The view or another middleware meets the same error and answers it.
            address = period = None
        if not address or period is None or period.version is None:
            return self.get_response(request)
        time_key = f"{period.version:x}-{int(period.until.timestamp() * 1_000_000):x}"
        etags = [f'"{address}-{time_key}"', f'"{address}-{time_key}-gz"']
        if_none_match = request.META.get("HTTP_IF_NONE_MATCH", "")
        if known := next((etag for etag in etags if etag in if_none_match), ""):
            # Send back the tag that matched: compressed and plain pages have different ones.
            return HttpResponseNotModified(headers={**_HEADERS, "ETag": known})
        cached = _load(time_key, address)
        if cached is None:
            response = self._render(request)
            if not _is_cacheable(request, response):
                if request.method == "HEAD" and not response.streaming:
                    response.content = b""
                return response
            headers = {name: value for name, value in response.items() if name not in {"Content-Length", "ETag"}}
            body = gzip.compress(response.content, GZIP_LEVEL, mtime=0)
            cached = CachedResponse(response.status_code, headers, body)
            _store(time_key, address, cached, period)
        return _response(request, cached, etags)

    def _render(self, request: HttpRequest) -> HttpResponse:
        """The response to GET, also for HEAD."""
        method, request.method = request.method, "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = method


def _address_of(request: HttpRequest) -> str | None:
    """A short name for the address of a view that opted in, or None where the response must not be cached."""
    path = request.path_info
    if request.method not in {"GET", "HEAD"} or settings.DEBUG or not path.endswith("/") or len(path) > LONGEST_PATH:
        return None
    if settings.SESSION_COOKIE_NAME in request.COOKIES or has_impossible_text(request):
        return None
    if request.content_params:
        # Django would decode the address with a charset named there.
        return None
    request.resolver_match = _match(path, settings.ROOT_URLCONF)
    parameters = getattr(request.resolver_match and request.resolver_match.func, "cached_parameters", None)
    if parameters is None:
        return None
    _drop_unknown(request, parameters)
    host, _port = split_domain_port(request.get_host())
    address = f"{request.scheme}://{host}{path}?{request.META.get('QUERY_STRING', '')}"
    made_with = f"{settings.RELEASE} {settings.SITE_URL} {address}"
    return hashlib.blake2b(made_with.encode("utf-8", "replace"), digest_size=9).hexdigest()


def _drop_unknown(request: HttpRequest, parameters: tuple[str, ...]) -> None:
    """Leave the last value of each known query parameter, and nothing else."""
    if request.META.get("QUERY_STRING"):
        query = QueryDict(mutable=True)
        for name in sorted(set(parameters).intersection(request.GET)):
            query[name] = request.GET[name]
        request.META["QUERY_STRING"] = query.urlencode()
        request.GET = query  # type: ignore[assignment]


# A site has few addresses that are asked for often. To find the view takes a third of the time of a cached page.
@lru_cache(maxsize=1024)
def _match(path: str, urlconf: str) -> ResolverMatch | None:
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return None


def _is_cacheable(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code not in CACHEABLE_STATUSES or response.streaming or response.cookies:
        return False
    # A wrong parameter has any number of spellings.
    if response.status_code in {404, 410} and request.META.get("QUERY_STRING"):
        return False
    has_nonce = getattr(request, "_csp_nonce", None)
    return not has_nonce and not is_private(response) and not response.has_header("Vary")


def _response(request: HttpRequest, cached: CachedResponse, etags: list[str]) -> HttpResponse:
    is_compressed = takes_gzip(request)
    body = cached.body if is_compressed else gzip.decompress(cached.body)
    response = HttpResponse(b"" if request.method == "HEAD" else body, status=cached.status, headers=cached.headers)
    response.headers["Content-Length"] = str(len(body))
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    if cached.status == 200:
        response.headers["ETag"] = etags[is_compressed]
    return response


# The store ---------------------------------------------------------------------------------------------------------

_store_retry_at = 0.0
_slow_in_a_row = 0


def _ask_store(ask: Callable[[], Any], *, pauses: bool = False) -> Any:
    """Call the store; return None on any error, so that the page is rendered. `pauses` after an error."""
    global _store_retry_at, _slow_in_a_row
    began = time.monotonic()
    if began < _store_retry_at:
        return None
    is_failed = False
    try:
        return ask()
    except Exception as error:
        # Each store has errors of its own, and garbage in it can raise anything.
        is_failed = pauses
        logger.warning("page cache unavailable", exc_info=error)
        return None
    finally:
        _slow_in_a_row = _slow_in_a_row + 1 if time.monotonic() - began > SLOW_SECONDS else 0
        if is_failed or _slow_in_a_row > 1:
            _store_retry_at = time.monotonic() + PAUSE_SECONDS


def _load(time_key: str, address: str) -> CachedResponse | None:
    for key in (f"{time_key}:{address}", _not_found_key(time_key, address)):
        match _ask_store(partial(cache.get, key)):
            case (bytes() as signature, int() as status, dict() as headers, bytes() as body):
                cached = CachedResponse(status, headers, body)
                if signature == cached.signature(address):
                    return cached
    return None


def _store(time_key: str, address: str, cached: CachedResponse, period: Period) -> None:
    seconds = min((period.until - timezone.now()).total_seconds(), LONGEST_SECONDS)
    if seconds <= 0:
        return
    key = _not_found_key(time_key, address) if cached.status == 404 else f"{time_key}:{address}"
    # A failed `get` alone may be garbage, which this replaces.
    _ask_store(lambda: cache.set(key, (cached.signature(address), *cached), seconds), pauses=True)


def _not_found_key(time_key: str, address: str) -> str:
    return f"{time_key}:404:{int(address[:4], 16) % NOT_FOUND_PLACES}"
