"""Staff who are signed out while they write."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from publishing.models import Topic
from tests.factories import make_staff
from tests.publishing.admin_forms import fields_of

pytestmark = pytest.mark.django_db

ADD = "/admin/publishing/topic/add/"
HERE = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"name": "Courts", "slug": "courts", "summary": '\n  An hour\'s <b>work</b> & "more".'}


@pytest.fixture
def browser() -> Client:
    """A signed-out browser whose forms are checked for forgery."""
    make_staff(username="ann")
    return Client(enforce_csrf_checks=True)


def opened(browser: Client) -> dict:
    """The form as it was opened before the session ended."""
    browser.force_login(User.objects.get(username="ann"))
    return fields_of(browser.get(ADD).text) | TYPED


def sent(browser: Client, fields: dict, **headers: str):
    return browser.post(ADD, fields, headers=HERE | headers)


@pytest.mark.parametrize("has_token", [True, False])
def test_what_was_typed_comes_back_and_is_saved_after_signing_in(browser, has_token):
    fields = opened(browser)
    Session.objects.all().delete()
    if not has_token:
        browser.cookies.clear()
    page = sent(browser, fields)
    assert page.status_code == 403
    assert "You were signed out while you wrote" in page.text
    assert not Topic.objects.exists()

    browser.force_login(User.objects.get(username="ann"))
    # Signing in gives another token, so the page is shown once more with it.
    browser.cookies.pop("csrf", None)
    again = sent(browser, fields_of(page.text))
    assert "Please press Send once more" in again.text
    assert sent(browser, fields_of(again.text)).status_code == 302
    topic = Topic.objects.get()
    assert (topic.name, topic.summary) == ("Courts", TYPED["summary"].strip())


def test_a_form_from_another_site_is_not_kept(browser):
    fields = opened(browser)
    Session.objects.all().delete()
    answer = browser.post(ADD, fields | {"csrfmiddlewaretoken": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "An hour" not in answer.text
    assert answer.status_code == 403


def test_a_password_is_not_kept(browser):
    page = browser.post("/admin/password_change/", {"old_password": "canary", "new_password1": "canary"}, headers=HERE)
    assert page.status_code == 403
    assert "canary" not in page.text


def test_signing_in_and_out_go_their_own_way(browser):
    assert "You were signed out" not in browser.post("/admin/login/", {"username": "ann"}, headers=HERE).text
    assert "You were signed out" not in browser.post("/admin/logout/", {}, headers=HERE).text
