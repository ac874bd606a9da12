"""One line in the log for each request."""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.logs import request_id

logger = logging.getLogger("core.requests")

PASSED_ON_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def remember_exception(*, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Store an uncaught exception for the log line of its request."""
    if request is not None:
        request.unhandled = sys.exc_info()  # type: ignore[attr-defined]


class RequestLogMiddleware:
    """Logs method, route, status and milliseconds. Path, query and address are left out: they can identify people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
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
        if getattr(response, "is_unlogged", False):
            return
        match = request.resolver_match
        route = match.view_name if match else "unmatched"
        method = request.method if request.method in METHODS else "other"
        unhandled = getattr(request, "unhandled", None) if response.status_code >= 500 else None
        logger.log(
            logging.ERROR if response.status_code >= 500 else logging.INFO,
            "request",
            extra={"data": {"method": method, "route": route, "status": response.status_code, "ms": ms}},
            exc_info=unhandled,
        )
