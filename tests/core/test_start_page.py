"""What waits for each person on the start page of the back office."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Job
from tests.factories import make_enquiry, make_job, make_staff, sign_in_as
from tests.html import text_of

pytestmark = pytest.mark.django_db

START = "/admin/"


def cards_of(role: str) -> str:
    page = sign_in_as(role).get(START).content.decode()
    return text_of(page.partition("</h1>")[2].partition('id="content-main"')[0])


def test_work_stands_above_the_list_of_tables_and_each_line_leads_to_its_list():
    make_enquiry()
    page = sign_in_as("Enquiries officer").get(START).content.decode()
    assert page.index("start-card") < page.index('id="content-main"')
    queues = re.findall(r'/admin/enquiries/enquiry/\?queue=([a-z]+)"', page)
    assert queues == ["new", "mine", "waiting", "overdue", "spam"]


def test_an_officer_learns_nothing_of_restricted_enquiries_not_even_from_a_number():
    without = cards_of("Enquiries officer")
    long_ago = timezone.now() - timedelta(days=9)
    make_enquiry(is_about_staff=True, at=long_ago)
    make_enquiry(is_about_staff=True, columns={"is_quarantined": True})
    assert cards_of("Enquiries officer") == without
    lead = cards_of("Safeguarding lead")
    assert "Restricted 1" in lead
    assert "1 enquiry has waited longer than promised." in lead
    assert "1 new enquiry, and nobody was told of it by mail." in lead


@pytest.mark.parametrize("role", ["Editor", "Publisher"])
def test_who_may_not_see_enquiries_sees_no_card_of_them(role):
    make_enquiry(at=timezone.now() - timedelta(days=9))
    page = sign_in_as(role).get(START).content.decode()
    assert "queue=" not in page
    assert "errornote" not in page


def test_an_enquiry_that_nobody_was_told_of_shows_red_until_it_is_read():
    enquiry = make_enquiry(at=timezone.now() - timedelta(minutes=16))
    client = sign_in_as("Enquiries officer")
    page = client.get(START).content.decode()
    assert page.count('class="errornote"') == 1
    assert "nobody was told of it by mail" in page
    client.get(f"/admin/enquiries/enquiry/{enquiry.reference}/change/")
    assert "errornote" not in client.get(START).content.decode()


@pytest.mark.parametrize("state", ["tried for an hour", "given up"])
def test_mail_to_staff_that_fails_shows_red_for_everybody_at_the_desk(state):
    make_enquiry()
    now = timezone.now()
    values = {"first_tried_at": now - timedelta(minutes=61)}
    if state == "given up":
        values = {"first_tried_at": now, "status": "dead", "finished_at": now}
    Job.objects.update(**values)
    for role in ("Enquiries officer", "Safeguarding lead"):
        assert "Mail to staff fails since" in cards_of(role)


def test_a_mail_about_a_restricted_enquiry_that_fails_shows_red_to_the_lead_alone():
    make_enquiry(is_about_staff=True)
    make_job(kind="enquiries.quarantined", object_id="lead:0")
    Job.objects.update(first_tried_at=timezone.now() - timedelta(hours=2))
    assert "Mail to staff fails" not in cards_of("Enquiries officer")
    assert "Mail to staff fails" in cards_of("Safeguarding lead")


def test_a_mail_to_an_enquirer_that_is_refused_alarms_nobody():
    make_enquiry(reply_by="email", email="p@example.net", wants_confirmation=True)
    Job.objects.filter(kind="enquiries.confirmation").update(status="dead", finished_at=timezone.now())
    assert "Mail to staff fails" not in cards_of("Enquiries officer")


def test_the_start_page_of_ten_thousand_enquiries_asks_few_questions(client, django_assert_max_num_queries):
    client.force_login(make_staff())
    make_enquiry()
    with django_assert_max_num_queries(18):
        client.get(START)
