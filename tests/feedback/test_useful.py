"""“Was this useful?”: two numbers for each page and month, and nothing of anybody."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.content import watched_tables
from core.models import RateHit
from feedback.models import UsefulCount
from feedback.services import ANSWERS_PER_ADDRESS
from publishing.publish import publish
from tests.html import text_of

USEFUL = "/useful/"
PAGE = "/news/a-child-is-heard/"

pytestmark = pytest.mark.django_db


def answer(reader, *answers, **extra):
    responses = [reader.post(USEFUL, {"page": PAGE, "answer": word}, **extra) for word in answers]
    return responses[-1]


def test_answers_are_counted_for_the_page_and_the_month(article, reader):
    answer(reader, "yes", "no", "yes")
    count = UsefulCount.objects.get()
    assert (count.document_id, count.yes, count.no) == (article.pk, 2, 1)
    assert count.month == timezone.localdate().replace(day=1)


def test_a_new_edition_goes_on_counting_and_a_new_month_begins_at_zero(article, reader):
    UsefulCount.objects.create(document=article, month="2021-05-01", yes=7)
    answer(reader, "yes")
    publish(document=article, by=None)
    answer(reader, "yes")
    assert list(UsefulCount.objects.values_list("yes", flat=True)) == [2, 7]


def test_a_reader_is_thanked_and_asked_what_was_missing_without_a_cookie(article, reader):
    response = answer(reader, "no")
    assert response.status_code == 303
    page = reader.get(response["Location"])
    assert "Thank you" in text_of(page)
    assert 'href="/report/?page=%2Fnews%2Fa-child-is-heard%2F&amp;kind=missing"' in page.text
    assert reader.get("/report/?page=%2Fnews%2Fa-child-is-heard%2F&kind=missing").status_code == 200
    for each in (response, page):
        assert each["Cache-Control"] == "no-store"
        assert not each.cookies


def test_nothing_tells_who_answered(article, reader):
    answer(reader, "yes", REMOTE_ADDR="203.0.113.9")
    with connection.cursor() as cursor:
        for table in (UsefulCount, RateHit):
            cursor.execute(f"SELECT * FROM {table._meta.db_table}")
            assert "203.0.113.9" not in str(cursor.fetchall())


def test_one_address_is_counted_a_few_times_an_hour_and_thanked_always(article, reader):
    response = answer(reader, *["yes"] * (ANSWERS_PER_ADDRESS + 3))
    assert response.status_code == 303
    answer(reader, "yes", REMOTE_ADDR="198.51.100.7")
    assert UsefulCount.objects.get().yes == ANSWERS_PER_ADDRESS + 1


@pytest.mark.parametrize(
    ("change", "status"),
    [({"page": "/never/"}, 404), ({"page": ""}, 404), ({"answer": "maybe"}, 400), ({"answer": ""}, 400)],
)
def test_what_the_buttons_cannot_send_is_refused(article, reader, change, status):
    assert reader.post(USEFUL, {"page": PAGE, "answer": "yes"} | change).status_code == status
    assert not UsefulCount.objects.exists()


def test_another_site_cannot_answer_for_a_reader_and_a_look_counts_nothing(article, reader):
    assert answer(Client(headers={"sec-fetch-site": "cross-site"}), "yes").status_code == 403
    assert reader.get(USEFUL).status_code == 405
    assert reader.get("/useful/thanks/?page=/never/").status_code == 404
    assert not UsefulCount.objects.exists()


def test_counting_makes_no_cached_page_anew_and_changes_no_working_copy(article, reader):
    assert not watched_tables() & {model._meta.db_table for model in apps.get_app_config("feedback").get_models()}
    answer(reader, "yes")
    assert type(article).objects.get(pk=article.pk).revision == article.editions.get().revision
