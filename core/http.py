"""Headers about caching and compression, the origin of forms, and the address of the admin."""

import re
import secrets
from functools import cache, lru_cache
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

_ENCODING = re.compile(r"([\w*-]+)\s*(?:;\s*q=(\d(?:\.\d*)?))?", re.IGNORECASE)


def with_query(path: str, **parameters: str | int) -> str:
    """`path` with those parameters that have a value; page 1 has no parameter, so every page has one address."""
    query = {name: value for name, value in parameters.items() if value and not (name == "page" and value == 1)}
    return f"{path}?{urlencode(query)}" if query else path


def no_store(response: HttpResponseBase) -> None:
    response.headers["Cache-Control"] = "no-store"


def allow_compression(response: HttpResponseBase) -> None:
    """Let a `no-store` page be compressed, because nothing secret in it is the same when it is asked for again."""
    response.may_be_compressed = True  # type: ignore[attr-defined]


def prevent_bfcache(response: HttpResponseBase) -> None:
    """Keep a page out of every cache, the one for Back included.

    Browsers keep `no-store` pages for Back unless a cookie changes. So set an empty cookie that lasts one second.
    """
    no_store(response)
    response.set_cookie(
        "__Host-left" if settings.IS_HTTPS else "left",
        secrets.token_urlsafe(6),
        max_age=1,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def is_private(response: HttpResponseBase) -> bool:
    """Tell whether the response is for this visitor alone."""
    return not {"no-store", "private"}.isdisjoint(re.split(r"[\s,]+", response.get("Cache-Control", "")))


def takes_gzip(request: HttpRequest) -> bool:
    return _takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    weights = {name.lower(): float(weight or 1) for name, weight in _ENCODING.findall(accepted[:200])}
    return weights.get("gzip", weights.get("*", 0)) > 0


def is_same_origin(request: HttpRequest) -> bool:
    """Tell whether a form was sent from a page of this site; stands in for a CSRF cookie.

    Browsers say so in Sec-Fetch-Site, Origin or Referer. A browser that sends none of them is so old or so private
    that it must be let through.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        referer = request.headers.get("Referer")
        if not referer:
            return True
        try:
            parts = urlsplit(referer)
        except ValueError:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
    return origin == f"{request.scheme}://{request.get_host()}"


# Reversed once: every request asks, most of them twice.
@cache
def admin_path() -> str:
    return reverse("admin:index")


def is_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(admin_path())
