"""Headers that no view should forget."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.http import is_admin, no_store, prevent_bfcache

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


class HeadersMiddleware:
    """Headers beyond Django's own. Pages of staff are kept by nobody and found by nobody. HEAD gets headers alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        # What may be kept must be asked about: a page that was taken down may be published again.
        response.headers.setdefault("Cache-Control", "no-cache")
        if request.method == "POST" and response.status_code >= 400 and not is_admin(request):
            # What was typed must not come back with Back, whichever page refused it.
            prevent_bfcache(response)
        if is_admin(request):
            no_store(response)
            response.headers["X-Robots-Tag"] = "noindex"
            # Read by django-csp on the way out.
            response._csp_update = {"style-src": settings.ADMIN_STYLE_HASHES}  # type: ignore[attr-defined]
        if request.method == "HEAD" and not response.streaming:
            # gunicorn would drop it and write a warning for each; Content-Length has been set before.
            response.content = b""
        return response
