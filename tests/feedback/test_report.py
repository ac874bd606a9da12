"""Reporting a mistake: what is asked, stored, announced and deleted."""

from __future__ import annotations

import email
import email.policy
import secrets
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from core.jobs import run_all_due
from core.models import Job
from feedback.jobs import delete_overdue_reports
from feedback.models import RETENTION, PageReport
from feedback.services import REPORTS_PER_ADDRESS
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_form_token
from tests.html import text_of
from tests.sending import send

REPORT = "/report/"
PAGE = "/news/a-child-is-heard/"

pytestmark = pytest.mark.django_db


def make_report_post(**changes) -> dict:
    fields = {"page": PAGE, "kind": "mistake", "text": "The number of the Act is wrong."}
    return fields | {"token": make_form_token("report")} | changes


def make_report(article, **fields) -> PageReport:
    edition = article.editions.first()
    own = {"edition": edition, "token_nonce": secrets.token_hex(8), "text": "Wrong.", "created_at": timezone.now()}
    return PageReport.objects.create(**own | fields)


def test_the_form_says_what_it_is_not_and_is_kept_by_no_cache(article, reader):
    response = reader.get(f"{REPORT}?page={PAGE}")
    page = text_of(response)
    assert response.status_code == 200
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex")
    assert not response.cookies
    for words in (
        "A child is heard",
        "do not answer",
        "make an enquiry",
        "nothing personal",
        "12 months",
        "get help now",
    ):
        assert words in page
    assert "email" not in response.text.split("<form")[1].split("</form>")[0]
    assert timedelta(days=365) >= RETENTION


def test_a_report_is_stored_with_the_page_it_is_about(article, reader):
    response = reader.post(REPORT, make_report_post(text="  5,441 is wrong.\r\n"))
    assert (response.status_code, response["Location"]) == (303, "/report/sent/?page=%2Fnews%2Fa-child-is-heard%2F")
    report = PageReport.objects.get()
    assert (report.edition.document_id, report.kind, report.done_at) == (article.pk, "mistake", None)
    assert report.text == "  5,441 is wrong.\r\n"
    assert "Thank you" in text_of(reader.get(response["Location"]))


def test_what_a_reader_missed_is_asked_for_and_stored_as_such(article, reader):
    assert "What was missing?" in text_of(reader.get(f"{REPORT}?page={PAGE}&kind=missing"))
    reader.post(REPORT, make_report_post(kind="missing"))
    assert PageReport.objects.get().kind == "missing"


def test_the_row_holds_nothing_that_was_typed(article, reader):
    reader.post(REPORT, make_report_post(text="My neighbour Canary"), REMOTE_ADDR="203.0.113.9")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feedback_pagereport")
        row = " ".join(map(str, cursor.fetchone()))
    assert "Canary" not in row
    assert "203.0.113.9" not in row
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE feedback_pagereport SET text = 'plain'")


def test_the_editors_are_told_which_page_and_not_what_was_written(article, reader, mail_server, settings):
    settings.EDITORS_EMAIL = ["news@example.org", "desk@example.org"]
    reader.post(REPORT, make_report_post(text="canary-text"))
    assert "canary" not in " ".join(str(row) for row in Job.objects.values_list())
    assert run_all_due() == 2
    assert mail_server.recipients == [["news@example.org"], ["desk@example.org"]]
    mail = email.message_from_bytes(mail_server.messages[0], policy=email.policy.default)
    assert mail["Subject"] == "A mistake was reported"
    assert "A child is heard" in mail.get_content()
    address = f"{settings.SITE_URL}/admin/feedback/pagereport/{PageReport.objects.get().pk}/change/"
    assert address in mail.get_content()
    assert b"canary" not in b"".join(mail_server.messages)


def test_a_mail_about_a_report_that_is_gone_is_given_up(article, reader, settings):
    settings.EDITORS_EMAIL = ["news@example.org", "gone@example.org"]
    reader.post(REPORT, make_report_post())
    settings.EDITORS_EMAIL = ["news@example.org"]
    reader.post(REPORT, make_report_post())
    PageReport.objects.order_by("pk").last().delete()
    run_all_due()
    assert sorted(Job.objects.filter(status="dead").values_list("error", flat=True)) == [
        "recipient-removed",
        "report-gone",
    ]


@pytest.mark.parametrize("page", ["", "/never/", "/report/", "https://example.org/", "/news/a-child-is-heard", "\x00"])
def test_a_page_that_never_was_cannot_be_reported(article, reader, page):
    assert reader.get(REPORT, {"page": page}).status_code in {400, 404}
    assert reader.post(REPORT, make_report_post(page=page)).status_code in {400, 404}
    assert not PageReport.objects.exists()


def test_a_draft_cannot_be_reported_and_a_withdrawn_page_can(article, reader):
    make_article("Only a draft")
    assert reader.get(f"{REPORT}?page=/news/only-a-draft/").status_code == 404
    withdraw(document=article, by=None)
    assert reader.post(REPORT, make_report_post()).status_code == 303


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001])
def test_an_empty_or_endless_report_comes_back_with_its_text(article, reader, text):
    response = send(reader, REPORT, make_report_post(text=text))
    assert response.status_code == 422
    assert "There is a problem" in text_of(response)
    assert f'name="page" value="{PAGE}"' in response.text
    assert text in response.text
    assert not PageReport.objects.exists()


def test_what_was_typed_about_one_page_is_not_shown_on_the_form_about_another(article, reader):
    publish(document=make_article("Another"), by=None)
    send(reader, REPORT, make_report_post(text="x" * 2_001))
    from_the_form = {"referer": f"http://testserver{REPORT}"}
    assert "xxx" in reader.get(REPORT, {"page": PAGE}, headers=from_the_form).text
    assert "xxx" not in reader.get(REPORT, {"page": "/news/another/"}, headers=from_the_form).text


def test_a_form_sent_twice_gives_one_report(article, reader):
    post = make_report_post()
    assert [reader.post(REPORT, post).status_code for _time in range(2)] == [303, 303]
    changed = send(reader, REPORT, post | {"text": "Something else."})
    assert changed.status_code == 422
    assert "Something else." in changed.text
    assert PageReport.objects.count() == Job.objects.count() == 1


def test_a_report_that_a_program_sent_is_kept_and_nobody_is_told(article, reader):
    assert reader.post(REPORT, make_report_post(subject_line="buy")).status_code == 303
    assert PageReport.objects.get().looks_automatic
    assert not Job.objects.exists()


def test_a_report_from_another_site_is_not_stored(article):
    response = send(Client(headers={"sec-fetch-site": "cross-site"}), REPORT, make_report_post())
    assert response.status_code == 403
    assert not PageReport.objects.exists()


def test_too_many_reports_from_one_address_wait(article, reader):
    for _report in range(REPORTS_PER_ADDRESS):
        assert reader.post(REPORT, make_report_post()).status_code == 303
    response = send(reader, REPORT, make_report_post(text="One more."))
    assert response.status_code == 429
    assert "One more." in response.text
    assert PageReport.objects.count() == REPORTS_PER_ADDRESS
    assert reader.post(REPORT, make_report_post(), REMOTE_ADDR="198.51.100.7").status_code == 303


def test_without_a_key_the_form_is_closed(article, reader, settings):
    settings.FIELD_KEYS = []
    response = reader.get(f"{REPORT}?page={PAGE}")
    assert response.status_code == 503
    assert "closed for the moment" in text_of(response)
    assert reader.post(REPORT, make_report_post(text="Kept here.")).status_code == 503


@pytest.mark.parametrize("page", [PAGE, "//elsewhere.example/", "javascript:x"])
def test_a_report_comes_back_with_its_text_when_the_database_is_away(article, reader, monkeypatch, page):
    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("feedback.views.find_page", away)
    reader.raise_request_exception = False
    response = reader.post(REPORT, make_report_post(page=page, text="Kept here."))
    assert response.status_code == 503
    assert ("Kept here." in response.text) is (page == PAGE)
    assert ("Your report was not saved" in text_of(response)) is (page == PAGE)


def test_a_report_is_deleted_after_twelve_months(article):
    now = timezone.now()
    make_report(article, created_at=now - RETENTION, done_at=now)
    kept = make_report(article, created_at=now - RETENTION + timedelta(minutes=1))
    assert delete_overdue_reports(now=now) == 1
    assert PageReport.objects.get() == kept


def test_nothing_is_deleted_while_the_clock_is_wrong(article):
    now = timezone.now()
    make_report(article, created_at=now - RETENTION)
    Job.objects.create(kind="core.clock_jumped", object_id="clock", status="dead", finished_at=now)
    assert delete_overdue_reports(now=now) == 0
    assert PageReport.objects.exists()


def test_a_report_names_the_page_and_nothing_of_its_text(article):
    assert str(make_report(article, text="canary")) == "Mistake: A child is heard"
