"""Reports and counts in the back office."""

from __future__ import annotations

import pytest
from django.utils import timezone

from feedback.models import PageReport, UsefulCount
from tests.factories import make_article, sign_in_as
from tests.html import text_of

REPORTS = "/admin/feedback/pagereport/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(article) -> PageReport:
    return PageReport.objects.create(
        edition=article.editions.get(), token_nonce="n", text="canary <b>text</b>", created_at=timezone.now()
    )


@pytest.mark.parametrize("role", ["Editor", "Publisher"])
def test_editors_read_a_report_and_the_list_says_nothing_of_its_text(report, role):
    editor = sign_in_as(role)
    listed = editor.get(REPORTS)
    assert "A child is heard" in text_of(listed)
    assert "canary" not in listed.text
    page = editor.get(f"{REPORTS}{report.pk}/change/")
    assert "canary <b>text</b>" in text_of(page)
    assert "<b>text</b>" not in page.text


def test_those_who_answer_enquiries_see_no_reports(report):
    assert sign_in_as("Enquiries officer").get(REPORTS).status_code == 403


def test_a_report_is_marked_as_done_and_opened_again(report):
    editor = sign_in_as("Editor")
    for action, state, other in (("mark_done", "done", "open"), ("open_again", "open", "done")):
        editor.post(REPORTS, {"action": action, "_selected_action": [report.pk]})
        report.refresh_from_db()
        assert bool(report.done_at) is (state == "done")
        assert "1 report" in text_of(editor.get(f"{REPORTS}?state={state}"))
        assert "0 reports" in text_of(editor.get(f"{REPORTS}?state={other}"))


def test_a_publisher_deletes_a_report_and_an_editor_cannot(report):
    address = f"{REPORTS}{report.pk}/delete/"
    assert sign_in_as("Editor").post(address, {"post": "yes"}).status_code == 403
    assert sign_in_as("Publisher").post(address, {"post": "yes"}).status_code == 302
    assert not PageReport.objects.exists()


def test_a_report_under_a_lost_key_is_shown_without_its_text(report, settings):
    settings.FIELD_KEYS = []
    page = sign_in_as("Editor").get(f"{REPORTS}{report.pk}/change/")
    assert page.status_code == 200
    assert "cannot be decrypted" in text_of(page)


def test_the_page_of_a_document_leads_to_its_counts(article):
    UsefulCount.objects.create(document=article, month="2021-05-01", yes=12, no=3)
    UsefulCount.objects.create(document=make_article("Another"), month="2021-05-01", yes=99)
    editor = sign_in_as("Editor")
    link = f"/admin/feedback/usefulcount/?q={article.slug}"
    assert f'href="{link}"' in editor.get(f"/admin/articles/article/{article.pk}/change/").text
    counts = editor.get(link)
    assert "May 2021 12 3" in text_of(counts)
    assert "99" not in text_of(counts)
    assert editor.get("/admin/feedback/usefulcount/add/").status_code == 403
