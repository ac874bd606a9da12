"""What no browser sends is refused calmly, before any page sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest

from pages.fallback import HELPLINES
from tests.core.middleware.echo_site import urlpatterns, wsgi

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.middleware.echo_site")]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
def test_a_method_no_page_knows_is_refused(client, method):
    response = client.generic(method, "/echo/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize(
    "address",
    ["/echo/?q=%00", "/%00/", "/admin/?q=a%00", "/echo/?q=%ED%A0%80", "/news/%ed%bf%bf/", "/echo/?%ED%B2%A9=1"],
)
def test_an_address_with_half_characters_or_nul_is_400(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert HELPLINES[0]["number"] in response.text


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
def test_a_body_with_half_characters_is_refused_not_altered(content_type, body):
    status, page = wsgi(content_type, body)
    assert status == 400
    assert b"was not saved" in page


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(FORM, "a=Siôn+%F0%9F%98%80+\ufffd".encode()), (PARTS, PART % "Siôn 😀 \ufffd".encode())],
)
def test_text_with_a_replacement_character_is_accepted(content_type, body):
    status, page = wsgi(content_type, body)
    assert status == 200
    assert "Siôn 😀 \ufffd" in json.loads(page)[1].values()


def test_an_address_in_broken_utf_8_is_404(client):
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
def test_a_body_of_odd_type_is_400(content_type):
    status, page = wsgi(content_type, b"--x\r\n\r\n")
    assert status == 400
    assert HELPLINES[0]["number"].encode() in page


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", "", "image/*"],
)
def test_a_body_of_usual_type_is_read(content_type):
    assert wsgi(content_type)[0] == 200


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (b"Content-Disposition: form-data; name*=nonsense''%61\r\n\r\nb", 200),
        (b"Content-Disposition: form-data; name*=rot13''%61\r\n\r\nb", 200),
        (b"Content-Disposition: form-data; name=\"a\"; filename*=zlib''%78\r\n\r\nb", 200),
        (b'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n\x00\xff   ', 200),
        (
            b'Content-Disposition: form-data; name="a";filename="x"\r\nContent-Transfer-Encoding: base64\r\n\r\n=A=',
            400,
        ),
        (b'Content-Disposition: form-data; name="\xed\xa0\x80"\r\n\r\n\xed\xa0\x80\x00', 200),
        (b'Content-Disposition: form-data; name="a"; filename="' + b"y" * 10_000 + b'"\r\n\r\nb', 400),
        (b"A: " + b"y" * 100_000 + b"\r\n\r\nb", 400),
        (b"", 200),
    ],
)
def test_an_odd_part_of_a_body_is_read_or_refused(part, expected):
    status, _page = wsgi("multipart/form-data; boundary=x", b"--x\r\n" + part + b"\r\n--x--\r\n")
    assert status == expected


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
    assert HELPLINES[0]["number"].encode() in page
    assert Endless.pieces == []


def test_the_public_may_not_send_more_than_a_megabyte(client):
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


@pytest.mark.parametrize(("body", "status"), [(b"a=%ED%A0%80", 400), (b"a=" + b"x" * 1_100_000, 413)])
def test_a_refusal_of_a_form_is_not_stored_for_the_back_button(client, body, status):
    answer = client.generic("POST", "/echo/", body, content_type=FORM)
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store"
    assert answer.cookies["left"]["max-age"] == 1


def test_a_thousand_and_one_fields_are_refused(client):
    assert client.post("/echo/", {f"f{number}": "" for number in range(1001)}).status_code == 400


@pytest.mark.parametrize("why", ["codec", "data", "nul"])
def test_text_that_cannot_be_stored_is_the_senders_mistake(client, why):
    response = client.get(f"/fail/?why={why}")
    assert response.status_code == 400
    assert HELPLINES[0]["number"] in response.text


def test_a_refused_request_never_reaches_a_view(client, monkeypatch):
    reached: list[HttpRequest] = []
    view: Callable[..., Any] = lambda request: reached.append(request)  # noqa: E731
    monkeypatch.setattr(urlpatterns[0], "callback", view)
    client.get("/echo/?q=%00")
    client.generic("TRACE", "/echo/")
    client.post("/echo/", {"text": "x" * 1_100_000})
    assert reached == []
