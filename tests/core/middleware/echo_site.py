"""The site with two more pages: `/echo/` says what it was sent, `/fail/` raises."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import DataError, close_old_connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as real
from core.wsgi import check_content_type


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(json.dumps([request.GET, request.POST, sorted(request.FILES)]))


def fail(request: HttpRequest) -> HttpResponse:
    raise {
        "codec": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
        "data": DataError("value too long"),
        "nul": ValueError("A string literal cannot contain NUL (0x00) characters."),
    }.get(request.GET["why"], KeyError("what she wrote"))


urlpatterns = [path("echo/", echo, name="echo"), path("fail/", fail, name="fail"), *real]


def wsgi(content_type: str, body: bytes = b"a=1", **environ: Any) -> tuple[int, bytes]:
    """As gunicorn asks, without the test client's tidying."""
    status: list[str] = []
    request = RequestFactory().post("/echo/", body, content_type="text/plain").environ
    request |= {
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    } | environ
    application = check_content_type(get_wsgi_application())
    with keep_connections_open():
        answer = b"".join(application(request, lambda line, headers: status.append(line)))
    return int(status[0][:3]), answer


@contextmanager
def keep_connections_open() -> Iterator[None]:
    """The test's transaction lives in a connection that a new request would close."""
    request_started.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_started.connect(close_old_connections)
