"""The headers that every answer carries."""

from __future__ import annotations

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from tests.core.middleware.echo_site import keep_connections_open

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.middleware.echo_site")]


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


def test_admin_pages_are_neither_stored_nor_indexed(client, staff):
    for response in (client.get("/admin/login/"), staff.get("/admin/"), client.get("/admin/nowhere/")):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/echo/")


def test_the_editors_style_is_allowed_to_staff_only(client, settings):
    (style,) = settings.ADMIN_STYLE_HASHES[:1]
    assert style in client.get("/admin/login/")["Content-Security-Policy"]
    assert style not in client.get("/echo/")["Content-Security-Policy"]


def test_head_returns_the_headers_of_the_page_without_its_body(client):
    page = client.get("/news/")
    # The test client itself would leave the content out.
    request = RequestFactory().head("/news/").environ
    headers: dict[str, str] = {}
    with keep_connections_open():
        answer = get_wsgi_application()(request, lambda status, sent: headers.update(sent))
    assert b"".join(answer) == b""
    assert headers["Content-Length"] == str(len(page.content))
