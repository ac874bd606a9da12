from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.http import is_same_origin, no_store, prevent_bfcache


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Referer": "http://testserver/contact/write/"}, True),
        ({"Referer": "http://evil.example/http://testserver/"}, False),
        ({"Referer": "http://[broken"}, False),
        ({}, True),
    ],
)
def test_a_form_of_another_site_is_told_from_ours(headers, is_ours):
    assert is_same_origin(RequestFactory().post("/", headers=headers)) is is_ours


def test_a_page_to_forget_is_not_stored_and_sets_a_one_second_cookie():
    response, again = HttpResponse(), HttpResponse()
    prevent_bfcache(response)
    prevent_bfcache(again)
    cookie = response.cookies["left"]
    assert response["Cache-Control"] == "no-store"
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (1, True, "Lax", "/")
    assert cookie.value != again.cookies["left"].value


def test_over_https_the_cookie_is_bound_to_this_host(settings):
    settings.IS_HTTPS = True
    response = HttpResponse()
    prevent_bfcache(response)
    cookie = response.cookies["__Host-left"]
    assert cookie["secure"] is True
    assert cookie["domain"] == ""


def test_a_page_that_is_not_to_be_stored_sets_no_cookie():
    response = HttpResponse()
    no_store(response)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
