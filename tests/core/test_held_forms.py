"""What was typed into a refused form: who can read it, for how long, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from core import held_forms
from core.held_forms import HELD_FOR, delete_expired
from core.models import HeldForm, Job
from tests.factories import make_enquiry_post
from tests.sending import send

NEW = "/contact/write/"
TYPED = "canary Ŵ \r\n 👩‍👧 "
FROM_THE_FORM = {"referer": f"http://testserver{NEW}"}

pytestmark = pytest.mark.django_db


def refused(client: Client, **changes: str) -> HttpResponse:
    return send(client, NEW, make_enquiry_post(message=TYPED, reply_by="email", email="canary", **changes))


def is_shown(response: HttpResponse) -> bool:
    return "canary" in response.text


@pytest.fixture
def client() -> Client:
    """A browser whose form came back with a mistake."""
    client = Client()
    response = refused(client)
    assert response.status_code == 422
    assert is_shown(response)
    return client


def test_the_text_survives_a_reload_and_an_answer_that_got_lost(client):
    assert [is_shown(client.get(NEW, headers=FROM_THE_FORM)) for _time in range(3)] == [True] * 3
    assert is_shown(refused(client)), "nor does it matter whether the browser sends it again"
    assert HeldForm.objects.count() == 1


def test_neither_the_database_nor_the_cookie_nor_the_address_holds_what_was_typed(client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_heldform")
        row = " ".join(map(str, cursor.fetchone()))
    cookie = client.cookies["form"]
    assert "canary" not in row + cookie.value
    assert cookie.value not in row
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == cookie["expires"] == "", "it ends with the browser"
    answer = client.post(NEW, make_enquiry_post(message=""))
    assert (answer.status_code, answer["Location"], answer.content) == (303, NEW, b"")


def test_the_cookie_is_bound_to_this_host_and_to_https(settings):
    settings.IS_HTTPS = True
    response = HttpResponse()
    held_forms.give_key(response)
    (cookie,) = response.cookies.values()
    assert cookie.key == "__Host-form"
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_our_keys_without_the_browsers_open_nothing(client):
    row = HeldForm.objects.get()
    assert "canary" not in row.sealed_form, "it is sealed a second time"
    for cookies in ({}, {"form": "k" * 43}, {"form": row.lookup[:43]}, {"form": "canary"}):
        other = Client(headers=FROM_THE_FORM)
        other.cookies.load(cookies)
        assert not is_shown(other.get(NEW))


def test_the_browsers_key_without_ours_opens_nothing(client, settings):
    settings.FIELD_KEYS = ["other:" + "B" * 43 + "="]
    page = client.get(NEW, headers=FROM_THE_FORM)
    assert page.status_code == 200
    assert not is_shown(page)


@pytest.mark.parametrize(
    "headers",
    [{"referer": "http://testserver/contact/"}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "cross-site"}],
    ids=["by a link", "from the history", "from another site"],
)
def test_who_opens_the_form_anew_in_the_same_browser_finds_it_empty(client, headers):
    page = client.get(NEW, headers=headers)
    assert page.status_code == 200
    assert not is_shown(page)


def test_after_a_quarter_of_an_hour_it_is_gone_whatever_the_worker_does(client):
    HeldForm.objects.update(held_until=timezone.now())
    assert not is_shown(client.get(NEW, headers=FROM_THE_FORM))
    assert delete_expired(now=timezone.now()) == 1


def test_what_is_still_held_is_not_deleted(client):
    assert delete_expired(now=timezone.now() + HELD_FOR - timedelta(seconds=5)) == 0
    assert delete_expired(now=timezone.now() + HELD_FOR) == 1


def test_a_clock_that_was_far_ahead_keeps_nothing_for_years(client):
    HeldForm.objects.update(held_until=timezone.now() + timedelta(days=3650))
    assert not is_shown(client.get(NEW, headers=FROM_THE_FORM))
    Job.objects.create(kind="core.clock_jumped", object_id="clock", status="dead", finished_at=timezone.now())
    assert delete_expired(now=timezone.now()) == 1


def test_once_the_form_is_stored_nothing_is_held(client):
    response = client.post(NEW, make_enquiry_post())
    assert response.status_code == 303
    assert response.cookies["form"]["max-age"] == 0
    assert not HeldForm.objects.exists()
    assert not is_shown(client.get(NEW, headers=FROM_THE_FORM))


@pytest.mark.parametrize("method", ["get", "post"], ids=["by the link", "by the script"])
def test_after_the_exit_the_form_is_empty_and_nobody_can_read_the_row(client, method):
    getattr(client, method)("/leave/")
    assert not is_shown(client.get(NEW, headers=FROM_THE_FORM))


def test_a_browser_that_takes_no_cookie_gets_the_page_at_once_with_its_text():
    class Refusing(Client):
        def request(self, **request):
            self.cookies.clear()
            return super().request(**request)

    response = refused(Refusing())
    assert response.status_code == 422
    assert response.request["REQUEST_METHOD"] == "POST"
    assert is_shown(response)
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize("limit", ["PER_ADDRESS", "LARGEST_TOTAL"])
def test_where_there_is_no_room_the_page_comes_at_once_with_its_text(client, monkeypatch, limit):
    monkeypatch.setattr(held_forms, limit, 1)
    response = refused(client)
    assert response.request["REQUEST_METHOD"] == "POST"
    assert response.status_code == 422
    assert is_shown(response)
    assert HeldForm.objects.count() == 1


def test_what_no_form_of_ours_asks_for_is_not_held(client):
    refused(client, unknown="x" * 100_000)
    assert HeldForm.objects.get().size < 3_000


def test_the_page_with_the_text_is_kept_by_nobody(client):
    page = client.get(NEW, headers=FROM_THE_FORM | {"accept-encoding": "gzip"})
    assert page["Cache-Control"] == "no-store"
    assert not page.has_header("Content-Encoding")
    assert page.cookies["left"]["max-age"] == 1, "so that Back does not show it from memory"


def test_an_error_while_it_is_deleted_never_says_that_the_form_was_not_stored(client, monkeypatch):
    def away(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("core.models.HeldFormQuerySet.delete", away)
    response = client.post(NEW, make_enquiry_post())
    assert response.status_code == 303
    assert response.cookies["form"]["max-age"] == 0


def test_the_database_takes_nothing_readable():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_heldform (lookup, size, held_until, sealed_form) VALUES ('a', 1, %s, 'plain')",
            [timezone.now()],
        )
