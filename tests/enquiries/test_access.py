"""Who learns what: no door of the back office shows a restricted enquiry, or that there is one, to others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.models import Job
from enquiries.models import Enquiry
from tests.factories import make_enquiry, make_staff, sign_in_as

pytestmark = pytest.mark.django_db
LIST, JOBS = "/admin/enquiries/enquiry/", "/admin/core/job/"
OTHERS = ["Enquiries officer", "Editor", "Publisher", "superuser"]


@pytest.fixture
def restricted(settings) -> Enquiry:
    """An enquiry about somebody who works here, a month old, with the jobs that it causes, one of them failed."""
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["duty@example.org"], ["lead@example.org"]
    at = timezone.now() - timedelta(days=31)
    enquiry = make_enquiry(is_about_staff=True, reply_by="email", email="p@example.net", wants_confirmation=True, at=at)
    Job.objects.update(created_at=at, due_at=at)
    Job.objects.filter(kind="enquiries.notice").update(status="dead", error="SMTPDataError 554", finished_at=at)
    return enquiry


def browser_of(principal: str) -> Client:
    if principal != "superuser":
        return sign_in_as(principal)
    client = Client()
    client.force_login(make_staff(roles=[]))
    return client


def doors(enquiry: Enquiry) -> list[str]:
    about = [f"{job.pk}" for job in Job.objects.filter(object_id__startswith=enquiry.reference)]
    assert about, "nothing to be found by"
    return [
        "/admin/",
        LIST,
        f"{LIST}?q={enquiry.reference}",
        f"{LIST}?queue=restricted",
        f"{LIST}{enquiry.reference}/change/",
        f"{LIST}{enquiry.reference}/history/",
        f"{LIST}{enquiry.reference}/delete/",
        "/admin/enquiries/",
        "/admin/enquiries/team/",
        JOBS,
        f"{JOBS}?status__exact=dead",
        f"{JOBS}?kind__exact=enquiries.notice",
        *(f"{JOBS}{pk}/{page}/" for pk in about for page in ("change", "history", "delete")),
        "/health/ready",
    ]


@pytest.mark.parametrize("principal", OTHERS)
def test_no_side_door_shows_a_restricted_enquiry_to_anybody_but_the_lead(principal, restricted):
    client = browser_of(principal)
    for door in doors(restricted):
        page = client.get(door, follow=True)
        # What was searched for stands in the page's own links and field.
        text = re.sub(rf"q={restricted.reference}|value=\"{restricted.reference}\"", "", page.content.decode())
        # Tells that one was asked for which there is not, in the words that an unknown one has too.
        text = text.replace(f"with ID “{restricted.reference}”", "")
        assert restricted.reference not in text, door
        assert str(restricted) not in text, door
        assert "SMTPDataError" not in text, door


@pytest.mark.parametrize("principal", ["Enquiries officer", "superuser"])
def test_a_restricted_enquiry_and_an_unknown_one_answer_alike(principal, restricted):
    client = browser_of(principal)
    found = [client.get(f"{LIST}{reference}/change/") for reference in (restricted.reference, "ZZ9ZZ9ZZ")]
    assert found[0].status_code == found[1].status_code
    assert found[0].content.decode().replace(restricted.reference, "ZZ9ZZ9ZZ") == found[1].content.decode()


def test_the_lead_sees_it_and_its_failed_mail_and_tries_it_again(restricted):
    lead = sign_in_as("Safeguarding lead")
    assert str(restricted) in lead.get(LIST).content.decode()
    failed = Job.objects.get(kind="enquiries.notice")
    assert restricted.reference in lead.get(JOBS).content.decode()
    lead.post(JOBS, {"action": "retry", "_selected_action": [failed.pk]})
    failed.refresh_from_db()
    assert failed.status == "queued"


def test_an_officer_tries_a_failed_notice_again_and_cannot_discard_it(settings):
    settings.STAFF_EMAIL = ["duty@example.org"]
    make_enquiry()
    failed = Job.objects.get(kind="enquiries.notice")
    for action, status in [("discard", "dead"), ("retry", "queued")]:
        Job.objects.update(status="dead", finished_at=timezone.now())
        sign_in_as("Enquiries officer").post(JOBS, {"action": action, "_selected_action": [failed.pk]})
        failed.refresh_from_db()
        assert failed.status == status


def test_an_officer_cannot_try_again_what_they_may_not_see(restricted):
    failed = Job.objects.get(kind="enquiries.notice")
    sign_in_as("Enquiries officer").post(JOBS, {"action": "retry", "_selected_action": [failed.pk]})
    failed.refresh_from_db()
    assert failed.status == "dead"


def test_a_superuser_without_a_role_reads_no_enquiry_at_all():
    enquiry, client = make_enquiry(message="canary"), browser_of("superuser")
    for door in (LIST, f"{LIST}{enquiry.reference}/change/"):
        assert client.get(door).status_code == 403
    assert "Enquiries" not in client.get("/admin/").content.decode().partition('id="content-related"')[2]
    assert list(enquiry.events.values_list("kind", flat=True)) == ["received"]


def test_the_officer_with_whom_the_lead_shares_one_sees_that_one_alone(restricted):
    other = make_enquiry(is_about_staff=True)
    client = sign_in_as("Enquiries officer", username="named")
    Enquiry.objects.filter(pk=restricted.pk).update(shared_with=User.objects.get(username="named"))
    page = client.get(LIST).content.decode()
    assert str(restricted) in page
    assert str(other) not in page
    assert client.get(f"{LIST}{restricted.reference}/change/").status_code == 200


def test_whoever_is_deactivated_is_out_at_once():
    make_enquiry()
    client = sign_in_as("Enquiries officer", username="leaver")
    assert client.get(LIST).status_code == 200
    User.objects.filter(username="leaver").update(is_active=False)
    assert client.get(LIST).status_code == 302


def test_whoever_tries_the_demonstration_can_try_the_desk(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("DEMO_STAFF_PASSWORD", "correct-horse-battery")
    settings.MEDIA_ROOT = tmp_path
    call_command("load_demo", verbosity=0)
    groups = Group.objects.filter(user__username="editor").values_list("name", flat=True)
    assert set(groups) >= {"Safeguarding lead"}
