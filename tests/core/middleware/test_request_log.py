"""What the log says of a request, and what it leaves out."""

from __future__ import annotations

import io
import json
import logging

import pytest

from core.logs import JsonFormatter

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.middleware.echo_site")]


@pytest.fixture
def log():
    """The JSON lines of the request log, as they are written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("core.requests")
    logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_request_is_logged_by_its_route_without_what_a_person_chose(client, log):
    client.get("/echo/?q=Oak+Road", headers={"User-Agent": "Oak Road"}, REMOTE_ADDR="192.0.2.77")
    (line,) = log()
    assert {"method": "GET", "route": "echo", "status": 200}.items() <= line.items()
    assert len(line["request_id"]) == 32
    assert set(line) == {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms"}
    assert "Oak" not in json.dumps(line)


def test_an_unknown_address_is_logged_without_its_words(client, log):
    client.get("/oak-road/child/name/")
    assert [(line["route"], line["status"]) for line in log()] == [("unmatched", 404)]


def test_using_the_exit_is_not_logged(client, log):
    assert client.get("/leave/").status_code == 303
    assert log() == []


def test_an_error_is_logged_with_its_place_but_not_its_text(client, log):
    assert client.get("/fail/?why=key").status_code == 500
    (line,) = log()
    assert (line["level"], line["exception"]) == ("ERROR", ["KeyError"])
    assert any(place.startswith("core/middleware/echo_site.py:") for place in line["at"])
    assert "wrote" not in json.dumps(line)


def test_a_request_id_is_taken_over_from_a_trusted_proxy_only(client, log, settings):
    client.get("/echo/", headers={"X-Request-ID": "abcdef-123"})
    settings.TRUSTED_PROXIES = 1
    client.get("/echo/", headers={"X-Request-ID": "abcdef-123"})
    client.get("/echo/", headers={"X-Request-ID": 'abcdef-123"\n'})
    ids = [line["request_id"] for line in log()]
    assert ids[1] == "abcdef-123"
    assert len(ids[0]) == len(ids[2]) == 32
