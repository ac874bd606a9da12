"""Response headers that every page carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.security import SecurityMiddleware

from core.http import is_admin, no_store, prevent_bfcache

NOT_USED = (
    "accelerometer autoplay browsing-topics camera display-capture encrypted-media fullscreen geolocation gyroscope "
    "magnetometer microphone midi payment picture-in-picture screen-wake-lock usb xr-spatial-tracking"
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in NOT_USED.split())


class HttpsMiddleware(SecurityMiddleware):
    """Django's own. Browsers ask again also where the address with https is."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        response = super().process_request(request)
        if response is not None:
            response.headers["Cache-Control"] = "no-cache"
        return response


class HeadersMiddleware:
    """Adds the headers that Django does not. Staff pages get `no-store` and `noindex`. HEAD gets headers alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        # Browsers must ask each time, because a withdrawn page may return.
        response.headers.setdefault("Cache-Control", "no-cache")
        if not response.streaming:
            # The server closes a connection after an answer without it.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if request.method == "POST" and response.status_code >= 400 and not is_admin(request):
            # Back must not show the text that was typed into a refused form.
            prevent_bfcache(response)
        if is_admin(request):
            no_store(response)
            response.headers["X-Robots-Tag"] = "noindex"
            # Read by django-csp on the way out.
            response._csp_update = {"style-src": settings.ADMIN_STYLE_HASHES}  # type: ignore[attr-defined]
        if request.method == "HEAD" and not response.streaming:
            # The server would send it. Content-Length has been set before.
            response.content = b""
        return response
