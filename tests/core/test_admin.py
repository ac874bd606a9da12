from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Job, RateHit
from tests.factories import make_job, make_staff

pytestmark = pytest.mark.django_db
JOBS = "/admin/core/job/"


def act(client: Client, action: str, *jobs: Job):
    return client.post(JOBS, {"action": action, "_selected_action": [job.pk for job in jobs]}, follow=True)


@pytest.fixture
def dead() -> Job:
    return make_job(kind="enquiries.notice", status="dead", error="SMTPDataError 554", finished_at=timezone.now())


def test_staff_see_a_failed_job_in_words_and_in_red(staff, dead):
    page = staff.get(JOBS).content.decode()
    assert '<strong class="errornote">failed</strong>' in page
    assert "SMTPDataError 554" in page


def test_staff_can_try_a_failed_job_again(staff, dead):
    page = act(staff, "retry", dead)
    dead.refresh_from_db()
    assert (dead.status, dead.finished_at) == ("queued", None)
    assert "1 job waits for the worker." in page.content.decode()


def test_staff_can_discard_a_job(staff, dead):
    page = act(staff, "discard", dead)
    dead.refresh_from_db()
    assert dead.status == "discarded"
    assert "1 job was discarded." in page.content.decode()


@pytest.mark.parametrize(("action", "words"), [("retry", "Set to be tried again"), ("discard", "Discarded")])
def test_the_record_of_a_job_says_who_did_what(staff, dead, action, words):
    done = make_job(status="done", finished_at=timezone.now())
    act(staff, action, dead, done)
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(dead.pk), words)
    assert str(entry.user_id) == staff.session["_auth_user_id"]


def test_nobody_writes_changes_or_deletes_a_job_by_hand(staff, dead):
    assert staff.get(f"{JOBS}add/").status_code == 403
    assert staff.post(f"{JOBS}{dead.pk}/change/", {"kind": "x"}).status_code == 403
    assert staff.post(f"{JOBS}{dead.pk}/delete/", {"post": "yes"}).status_code == 403
    page = staff.get(f"{JOBS}{dead.pk}/change/").content.decode()
    assert 'name="_save"' not in page
    assert dead.message_id.strip("<>") in page


def test_without_the_right_to_act_jobs_are_only_seen(dead):
    onlooker = make_staff(is_superuser=False)
    onlooker.user_permissions.add(Permission.objects.get(codename="view_job"))
    client = Client()
    client.force_login(onlooker)
    assert client.get(JOBS).status_code == 200
    act(client, "retry", dead)
    dead.refresh_from_db()
    assert dead.status == "dead"


def test_without_any_right_jobs_are_not_seen(dead):
    client = Client()
    client.force_login(make_staff(is_superuser=False))
    assert client.get(JOBS).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=dead", ["enquiries.notice"]),
        ("kind__exact=enquiries.notice", ["enquiries.notice"]),
        ("kind__in=test.nothing", ["test.nothing"]),
        ("status__isnull=1", []),
    ],
)
def test_jobs_can_be_filtered_by_what_the_list_offers(staff, dead, query, found):
    make_job(kind="test.nothing")
    page = staff.get(f"{JOBS}?{query}")
    assert [job.kind for job in page.context["cl"].queryset] == found


@pytest.mark.parametrize("query", ["message_id__startswith=a", "kind__startswith=e", "lease__exact=a", "statusx=1"])
def test_nothing_else_can_be_probed_by_a_query_string(staff, dead, query):
    assert staff.get(f"{JOBS}?{query}").status_code == 400


def sign_in(client: Client, username: str, password: str, address: str = "192.0.2.1"):
    return client.post(
        reverse("admin:login"),
        {"username": username, "password": password, "next": "/admin/"},
        REMOTE_ADDR=address,
    )


@pytest.fixture
def long_window(monkeypatch):
    """A test must not run into the end of a window."""
    monkeypatch.setattr("core.admin.sign_in.SIGN_IN_WINDOW", timedelta(days=36500))


def test_the_sixth_try_waits_even_with_the_right_password(client, long_window):
    make_staff(username="ada", password="correct-horse-battery")
    for _ in range(5):
        assert b"Please enter the correct" in sign_in(client, "ada", "wrong").content
    refused = sign_in(client, "ADA", "correct-horse-battery")
    assert b"Too many wrong passwords. Try again after" in refused.content
    assert "_auth_user_id" not in client.session


def test_a_stranger_cannot_lock_anybody_out(client, long_window):
    make_staff(username="ada", password="correct-horse-battery")
    for _ in range(6):
        sign_in(client, "ada", "wrong", address="198.51.100.7")
    assert sign_in(client, "ada", "correct-horse-battery").status_code == 302


def test_signing_in_begins_the_count_anew(client, long_window):
    make_staff(username="ada", password="correct-horse-battery")
    for _ in range(3):
        for _ in range(4):
            sign_in(client, "ada", "wrong")
        assert sign_in(client, "ada", "correct-horse-battery").status_code == 302
        client.logout()
    assert not RateHit.objects.exists()
