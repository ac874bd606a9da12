"""Where a form was sent from."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest


def same_origin(request: HttpRequest) -> bool:
    """Whether a form was sent from a page of this site; stands in for a CSRF cookie.

    Browsers say so themselves. One that says nothing at all, neither Sec-Fetch-Site nor Origin nor Referer, is so old
    or so private that it must be let through.
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
