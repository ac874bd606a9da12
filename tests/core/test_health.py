from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from core import health, jobs, sealed_rows
from core.job_transitions import TRANSITIONS
from core.models import Job
from enquiries.models import Enquiry
from tests.factories import make_enquiry, make_enquiry_post, make_job


@pytest.fixture(autouse=True)
def forget_sealed_rows():
    sealed_rows.forget()


def test_a_living_process_says_so_without_the_database(client):
    # No database mark: pytest-django fails any query.
    response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


@pytest.mark.django_db
def test_a_site_with_all_it_needs_is_ready(client):
    make_job(due_at=timezone.now() + timedelta(days=1))
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "encryption": "ok",
        "mail": "ok",
        "clock": "ok",
        "oldest_due_job_seconds": 0,
        "overdue_seconds": {},
        "late": [],
        "has_dead_jobs": False,
        "oldest_unread_seconds": 0,
    }


@pytest.mark.django_db
def test_a_waiting_job_makes_it_amber_after_ten_minutes(client):
    make_job(due_at=timezone.now() - timedelta(minutes=11))
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert 650 < response.json()["oldest_due_job_seconds"] < 670


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["put off again and again", "left by a worker that died"])
def test_a_job_that_was_first_tried_long_ago_makes_it_amber(client, state):
    now = timezone.now()
    fields = {"due_at": now + timedelta(minutes=40)}
    if state != "put off again and again":
        fields = {"status": "running", "lease": uuid4(), "leased_until": now - timedelta(minutes=1)}
    make_job(first_tried_at=now - timedelta(hours=3), **fields)
    report = client.get("/health/ready").json()
    assert report["status"] == "degraded"
    assert report["oldest_due_job_seconds"] > 10_000


@pytest.mark.django_db
def test_a_kind_that_may_wait_long_is_no_warning_and_hides_no_other(client, register):
    register("test.newsletter", print, late_after=timedelta(hours=6))
    now = timezone.now()
    for minutes in range(60, 70):
        make_job(kind="test.newsletter", due_at=now - timedelta(minutes=minutes))
    report = client.get("/health/ready").json()
    assert (report["status"], report["late"]) == ("ok", [])
    assert report["overdue_seconds"] == {"test.newsletter": pytest.approx(69 * 60, abs=10)}
    make_job(kind="enquiries.notice", due_at=now - timedelta(minutes=11))
    report = client.get("/health/ready").json()
    assert (report["status"], report["late"]) == ("degraded", ["enquiries.notice"])
    make_job(kind="test.newsletter", due_at=now - timedelta(hours=7))
    assert client.get("/health/ready").json()["late"] == ["enquiries.notice", "test.newsletter"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"attempts": 1, "first_tried_at": timezone.now(), "due_at": timezone.now() + timedelta(days=3652)},
        {"created_at": timezone.now() + timedelta(days=3652), "due_at": timezone.now() + timedelta(days=3652)},
        {"status": "running", "lease": uuid4(), "leased_until": timezone.now() + timedelta(days=3652)},
        {"status": "done", "finished_at": timezone.now() + timedelta(days=3652)},
    ],
    ids=["delay", "request", "lease", "end"],
)
def test_a_clock_that_jumped_is_reported_before_and_after_its_repair(client, fields):
    make_job(**fields)
    report = client.get("/health/ready").json()
    assert (report["status"], report["clock"]) == ("degraded", "jumped")
    jobs.repair_queue(now=timezone.now())
    report = client.get("/health/ready").json()
    assert (report["status"], report["clock"]) == ("degraded", "jumped")
    TRANSITIONS["discard"].apply(Job.objects.dead(), at=timezone.now())
    assert client.get("/health/ready").json()["clock"] == "ok"


@pytest.mark.django_db
def test_a_clock_that_is_behind_is_told(client, monkeypatch):
    early = timezone.now() - timedelta(days=3652)
    monkeypatch.setattr("core.health.timezone.now", lambda: early)
    report = client.get("/health/ready").json()
    assert (report["status"], report["clock"]) == ("degraded", "behind")


@pytest.mark.django_db
def test_a_job_under_way_is_no_cause_for_worry(client):
    now = timezone.now()
    make_job(status="running", lease=uuid4(), leased_until=now + timedelta(minutes=1), first_tried_at=now)
    assert client.get("/health/ready").json()["status"] == "ok"


@pytest.mark.django_db
def test_without_a_key_for_enquiries_it_is_amber(client, settings):
    settings.FIELD_KEYS = []
    report = client.get("/health/ready").json()
    assert (report["status"], report["encryption"]) == ("degraded", "no usable key")


OTHER_KEY = "other:" + "B" * 43 + "="


@pytest.mark.django_db
def test_a_key_that_opens_nothing_that_is_stored_is_told_and_nobody_is_asked_to_write(client, settings):
    for _ in range(7):
        make_enquiry()
    key, settings.FIELD_KEYS = settings.FIELD_KEYS, [OTHER_KEY]
    response = client.get("/health/ready")
    # The pages for readers, with their telephone numbers, are served on.
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["encryption"] == "stored rows unreadable"
    assert client.get(reverse("enquiries:new")).status_code == 503
    assert client.post(reverse("enquiries:new"), make_enquiry_post()).status_code == 503
    assert Enquiry.objects.count() == 7

    # With the right key behind the new one everything is open again.
    settings.FIELD_KEYS = [OTHER_KEY, *key]
    assert client.get("/health/ready").json()["encryption"] == "ok"
    assert client.post(reverse("enquiries:new"), make_enquiry_post()).status_code == 303


@pytest.mark.django_db
def test_a_key_that_was_lost_is_told_although_the_newest_rows_can_be_read(client, settings):
    for days in range(9, 4, -1):
        make_enquiry(at=timezone.now() - timedelta(days=days))
    settings.FIELD_KEYS = [OTHER_KEY]
    for _ in range(5):
        make_enquiry()
    sealed_rows.forget()
    assert client.get("/health/ready").json()["encryption"] == "some stored rows unreadable"
    # What is written now is sealed with a key that opens what was written lately.
    assert client.get(reverse("enquiries:new")).status_code == 200


@pytest.mark.django_db
def test_the_check_of_the_keys_reads_few_rows_and_not_at_every_question(client, settings, django_assert_num_queries):
    make_enquiry()
    with django_assert_num_queries(2):
        sealed_rows.readable()
    with django_assert_num_queries(0):
        sealed_rows.readable()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["tried for an hour", "being tried once more", "given up"])
def test_mail_that_fails_makes_it_amber_and_says_since_when(client, state):
    make_enquiry()
    now = timezone.now()
    since = now - timedelta(hours=5)
    values = {
        "tried for an hour": {"due_at": now + timedelta(minutes=30)},
        "being tried once more": {"status": "running", "lease": uuid4(), "leased_until": now + timedelta(minutes=1)},
        "given up": {"status": "dead", "finished_at": now},
    }[state]
    Job.objects.update(first_tried_at=since, **values)
    report = client.get("/health/ready").json()
    assert (report["status"], report["mail"]) == ("degraded", f"failing since {since.isoformat(timespec='seconds')}")


@pytest.mark.django_db
def test_a_mail_that_was_put_off_for_a_moment_is_no_cause_for_worry(client):
    make_enquiry()
    Job.objects.update(first_tried_at=timezone.now() - timedelta(minutes=9), due_at=timezone.now())
    assert client.get("/health/ready").json()["mail"] == "ok"


@pytest.mark.django_db
def test_the_age_of_the_oldest_unread_enquiry_is_told_and_restricted_ones_leave_no_trace(client):
    now = timezone.now()
    make_enquiry(is_about_staff=True, at=now - timedelta(hours=9))
    make_enquiry(columns={"is_quarantined": True}, at=now - timedelta(hours=8))
    assert client.get("/health/ready").json()["oldest_unread_seconds"] == 0
    make_enquiry(at=now - timedelta(hours=2))
    make_enquiry(at=now - timedelta(hours=1))
    assert client.get("/health/ready").json()["oldest_unread_seconds"] == pytest.approx(7200, abs=60)


@pytest.mark.django_db
def test_a_dead_job_makes_it_amber(client):
    make_job(status="dead", finished_at=timezone.now())
    assert client.get("/health/ready").json()["status"] == "degraded"


@pytest.mark.django_db
def test_a_database_behind_the_code_is_down(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())
    MigrationRecorder(connection).migration_qs.filter(app="core").delete()
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "down", "database": "not migrated"}


@pytest.mark.django_db
def test_machines_may_ask_for_the_head_alone_and_change_nothing(client):
    for path in ("/health/live", "/health/ready"):
        response = client.head(path)
        assert (response.status_code, response.content) == (200, b"")
        assert client.post(path).status_code == 405


def test_a_database_that_is_away_is_down_and_the_page_still_answers(client, django_db_blocker, tmp_path):
    with django_db_blocker.unblock():
        connection.close()
        before = dict(connection.settings_dict)
        try:
            if connection.vendor == "sqlite":
                connection.settings_dict["NAME"] = str(tmp_path / "nowhere" / "db.sqlite3")
            else:
                connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "1"}
            response = client.get("/health/ready")
        finally:
            connection.close()
            connection.settings_dict.update(before)
    assert response.status_code == 503
    assert json.loads(response.content) == {"status": "down", "database": "away"}
