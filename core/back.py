"""Nothing typed or sent may come back with the browser's Back button."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpResponseBase


def never_store(response: HttpResponseBase) -> None:
    response.headers["Cache-Control"] = "no-store"


def forget_on_back(response: HttpResponseBase) -> None:
    """Keep a page out of every cache, the one for Back included.

    A browser keeps a page for Back in spite of `no-store` unless a cookie changed meanwhile; so one is set that is
    gone after a second and means nothing.
    """
    never_store(response)
    response.set_cookie(
        "__Host-left" if settings.IS_HTTPS else "left",
        secrets.token_urlsafe(6),
        max_age=1,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
