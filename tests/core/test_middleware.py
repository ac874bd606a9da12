from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import DataError, close_old_connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as real
from core.logs import JsonFormatter
from core.wsgi import check_content_type

pytestmark = pytest.mark.django_db


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


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


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
    with connections_kept():
        answer = b"".join(application(request, lambda line, headers: status.append(line)))
    return int(status[0][:3]), answer


@contextmanager
def connections_kept() -> Iterator[None]:
    """The test's transaction lives in a connection that a new request would close."""
    request_started.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_started.connect(close_old_connections)


# The log ------------------------------------------------------------------------------------------------------------


def test_a_request_is_logged_by_its_route_and_nothing_a_person_chose(client, log):
    client.get("/echo/?q=Oak+Road", headers={"User-Agent": "Oak Road"}, REMOTE_ADDR="192.0.2.77")
    (line,) = log()
    assert {"method": "GET", "route": "echo", "status": 200}.items() <= line.items()
    assert len(line["request_id"]) == 32
    assert set(line) == {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms"}
    assert "Oak" not in json.dumps(line)


def test_an_unknown_address_is_logged_without_its_words(client, log):
    client.get("/oak-road/child/name/")
    assert [(line["route"], line["status"]) for line in log()] == [("unmatched", 404)]


def test_leaving_in_a_hurry_leaves_no_line(client, log):
    assert client.get("/leave/").status_code == 303
    assert log() == []


def test_an_accident_is_logged_with_its_place_and_without_its_words(client, log):
    assert client.get("/fail/?why=key").status_code == 500
    (line,) = log()
    assert (line["level"], line["exception"]) == ("ERROR", ["KeyError"])
    assert any(place.startswith("tests/core/test_middleware.py:") for place in line["at"])
    assert "wrote" not in json.dumps(line)


def test_a_request_id_is_taken_over_from_a_trusted_proxy_only(client, log, settings):
    client.get("/echo/", headers={"X-Request-ID": "abcdef-123"})
    settings.TRUSTED_PROXIES = 1
    client.get("/echo/", headers={"X-Request-ID": "abcdef-123"})
    client.get("/echo/", headers={"X-Request-ID": 'abcdef-123"\n'})
    ids = [line["request_id"] for line in log()]
    assert ids[1] == "abcdef-123"
    assert len(ids[0]) == len(ids[2]) == 32


# Headers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/echo/", "/nowhere/", "/echo/?%00", "/fail/?why=key", "/admin/login/"])
def test_every_answer_carries_the_strict_headers(client, address):
    response = client.get(address)
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_pages_of_staff_are_stored_and_found_by_nobody(client, staff):
    for response in (client.get("/admin/login/"), staff.get("/admin/"), client.get("/admin/nowhere/")):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/echo/")


def test_the_editors_style_is_allowed_to_staff_only(client, settings):
    (style,) = settings.ADMIN_STYLE_HASHES[:1]
    assert style in client.get("/admin/login/")["Content-Security-Policy"]
    assert style not in client.get("/echo/")["Content-Security-Policy"]


def test_head_is_answered_by_the_headers_of_the_page_alone(client):
    page = client.get("/news/")
    # The test client itself would leave the content out.
    request = RequestFactory().head("/news/").environ
    headers: dict[str, str] = {}
    with connections_kept():
        answer = get_wsgi_application()(request, lambda status, sent: headers.update(sent))
    assert b"".join(answer) == b""
    assert headers["Content-Length"] == str(len(page.content))


# Bad input ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_a_method_no_page_knows_is_refused(client, method):
    response = client.generic(method, "/echo/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize(
    "address",
    ["/echo/?q=%00", "/%00/", "/admin/?q=a%00", "/echo/?q=%ED%A0%80", "/news/%ed%bf%bf/", "/echo/?%ED%B2%A9=1"],
)
def test_an_address_with_half_characters_or_nul_is_refused_calmly(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert b"999" in response.content


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"a=%ED%A0%80"),
        (FORM, b"a=\xed\xa0\x80"),
        (FORM, b"a=b&%ed%bf%bf=c"),
        (FORM, b"a=caf%E9"),
        (FORM, b"a=%EF%BF%BD&b=%ED%B2%A9"),
        (PARTS, PART % b"\xed\xa0\x80"),
        (PARTS, PART % b"caf\xe9"),
    ],
)
def test_a_text_with_half_characters_is_refused_rather_than_kept_as_another(content_type, body):
    status, page = wsgi(content_type, body)
    assert status == 400
    assert b"was not saved" in page


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(FORM, "a=Siôn+%F0%9F%98%80+\ufffd".encode()), (PARTS, PART % "Siôn 😀 \ufffd".encode())],
)
def test_a_text_with_the_sign_for_an_unreadable_character_is_text_like_any_other(content_type, body):
    status, page = wsgi(content_type, body)
    assert status == 200
    assert "Siôn 😀 \ufffd" in json.loads(page)[1].values()


def test_an_address_in_broken_utf_8_is_just_unknown(client):
    assert client.get("/news/%ff%fe/").status_code == 404


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=rot13",
        "multipart/form-data; boundary=x; charset=zlib",
        "multipart/form-data; boundary=x; charset=nonsense",
        "multipart/form-data; charset=utf-7; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 202,
        "multipart/form-data; boundary=ü",
        "text/plain; charset*=nonsense''%78",
        "multipart/form-data; boundary*=rot13'en'%78",
        "text/plain; charset=\0",
        "x" * 5000,
    ],
)
def test_a_body_of_odd_type_is_refused_and_never_an_accident(content_type):
    status, page = wsgi(content_type, b"--x\r\n\r\n")
    assert status == 400
    assert b"999" in page


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", "", "image/*"],
)
def test_a_body_of_usual_type_is_read(content_type):
    assert wsgi(content_type)[0] == 200


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Disposition: form-data; name*=nonsense''%61\r\n\r\nb",
        b"Content-Disposition: form-data; name*=rot13''%61\r\n\r\nb",
        b"Content-Disposition: form-data; name=\"a\"; filename*=zlib''%78\r\n\r\nb",
        b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n\x00\xff   ',
        b'Content-Disposition: form-data; name="a"; filename="x"\r\nContent-Transfer-Encoding: base64\r\n\r\n=A=',
        b'Content-Disposition: form-data; name="\xed\xa0\x80"\r\n\r\n\xed\xa0\x80\x00',
        b'Content-Disposition: form-data; name="a"; filename="' + b"y" * 10_000 + b'"\r\n\r\nb',
        b"A: " + b"y" * 100_000 + b"\r\n\r\nb",
        b"",
    ],
)
def test_an_odd_part_is_read_or_refused_and_never_an_accident(part):
    status, _page = wsgi("multipart/form-data; boundary=x", b"--x\r\n" + part + b"\r\n--x--\r\n")
    assert status in {200, 400}


def test_a_large_body_is_refused_and_never_held_in_memory():
    class Endless:
        pieces: list[int] = []

        def read(self, size: int) -> bytes:
            self.pieces.append(size)
            return b"a" * size

        readline = read

    status, page = wsgi("text/plain", b"", **{"CONTENT_LENGTH": str(900_000_000_000), "wsgi.input": Endless()})
    assert status == 413
    assert b"20,000 characters" in page
    assert b"999" in page
    assert Endless.pieces == []


def test_a_text_over_a_megabyte_is_refused_where_everybody_may_write(client):
    assert client.post("/echo/", {"text": "x" * 1_000_000}).status_code == 200
    assert client.post("/echo/", {"text": "x" * 1_100_000}).status_code == 413


def test_staff_may_upload_what_the_public_may_not(staff):
    file = io.BytesIO(b"x" * 2_000_000)
    file.name = "x.bin"
    assert staff.post("/admin/", {"file": file}).status_code == 200
    assert wsgi("text/plain", b"", PATH_INFO="/admin/", CONTENT_LENGTH=str(26_214_401))[0] == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "twelve", "9" * 30, "１"])
def test_a_length_that_is_no_number_is_refused(length):
    assert wsgi("text/plain", b"", CONTENT_LENGTH=length)[0] == 400


@pytest.mark.parametrize(
    ("content_type", "body"), [(PARTS, b"--x\r\nContent-"), (PARTS, PART % b"all of it"), (FORM, b"a=half+a+sen")]
)
def test_a_body_that_ends_early_is_refused(content_type, body):
    status, page = wsgi(content_type, body, CONTENT_LENGTH=str(len(body) + 50))
    assert status == 400
    assert b"was not saved" in page


@pytest.mark.parametrize("body", [b"a=%ED%A0%80", b"a=" + b"x" * 1_100_000])
def test_a_page_that_refuses_a_form_is_not_kept_for_back(client, body):
    answer = client.generic("POST", "/echo/", body, content_type=FORM)
    assert answer.status_code in {400, 413}
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies["left"]["max-age"] == 1


def test_a_thousand_and_one_fields_are_refused(client):
    assert client.post("/echo/", {f"f{number}": "" for number in range(1001)}).status_code == 400


@pytest.mark.parametrize("why", ["codec", "data", "nul"])
def test_text_that_cannot_be_stored_is_the_senders_mistake(client, why):
    response = client.get(f"/fail/?why={why}")
    assert response.status_code == 400
    assert b"999" in response.content


def test_what_was_refused_never_reaches_a_view(client, monkeypatch):
    reached: list[HttpRequest] = []
    view: Callable[..., Any] = lambda request: reached.append(request)  # noqa: E731
    monkeypatch.setattr(urlpatterns[0], "callback", view)
    client.get("/echo/?q=%00")
    client.generic("TRACE", "/echo/")
    client.post("/echo/", {"text": "x" * 1_100_000})
    assert reached == []
