"""Topics and helplines in the back office."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from articles.models import Article, Byline
from publishing.checks import check_helplines
from publishing.models import Helpline
from publishing.publish import publish
from tests.factories import make_article, make_author, make_series, make_topic

pytestmark = pytest.mark.django_db

HELPLINES = "/admin/publishing/helpline/"


def test_a_number_that_nobody_rang_for_90_days_is_pointed_out(staff):
    day = timezone.localdate() - timedelta(days=91)
    Helpline.objects.create(name="Childline", note="For anyone under 19", number="0800 1111", checked_on=day)
    words = staff.get(HELPLINES).content.decode()
    assert "1 number was not checked for 90 days" in words
    assert "ring it again" in words


def test_a_number_that_was_rung_lately_is_left_in_peace(staff):
    day = timezone.localdate() - timedelta(days=90)
    Helpline.objects.create(name="Childline", note="For anyone under 19", number="0800 1111", checked_on=day)
    words = staff.get(HELPLINES).content.decode()
    assert "not checked" not in words
    assert "ring it again" not in words


def test_whoever_updates_the_site_is_told_of_numbers_that_nobody_rang(db):
    today = timezone.localdate()
    Helpline.objects.create(name="Fresh", number="101", checked_on=today - timedelta(days=90))
    Helpline.objects.create(name="Stale", number="0800 1111", checked_on=today - timedelta(days=91))
    said = StringIO()
    call_command("check", databases=["default"], stderr=said)
    assert "Not checked for 90 days: Stale 0800 1111." in said.getvalue()
    assert "Fresh" not in said.getvalue()


def test_a_database_without_tables_has_no_numbers_to_ring(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert check_helplines(databases=["default"]) == []


def test_a_number_with_letters_is_refused_with_an_example(staff):
    values = {
        "name": "X",
        "note": "x",
        "number": "call us",
        "shown_in": "page",
        "position": 1,
        "checked_on": "2021-01-01",
    }
    assert "for example 0800 1111" in staff.post(f"{HELPLINES}add/", values).content.decode()


def test_there_is_one_line_for_danger_right_now(staff):
    Helpline.objects.create(name="Emergency", note="Danger", number="999", is_emergency=True)
    values = {
        "name": "Other", "note": "x", "number": "112", "shown_in": "page", "position": 1, "is_emergency": "on",
        "checked_on": "2021-01-01",
    }  # fmt: skip
    assert "unmark that one first" in staff.post(f"{HELPLINES}add/", values).content.decode()


def test_topics_are_found_by_name(staff):
    make_topic("Family courts")
    make_topic("Online safety")
    words = staff.get("/admin/publishing/topic/", {"q": "court"}).content.decode()
    assert "Family courts" in words
    assert "Online safety" not in words


@pytest.mark.parametrize("kind", ["topic", "author", "series"])
def test_what_published_pages_lead_to_keeps_its_address_and_cannot_be_deleted(staff, kind):
    topic, author, series = make_topic("Courts"), make_author("Callum"), make_series()
    article = make_article(series=series, series_position=1, topics=[topic])
    byline = Byline.objects.create(document=article, author=author)
    row = {"topic": topic, "author": author, "series": series}[kind]
    change = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    assert 'name="slug"' in staff.get(change).content.decode()
    publish(document=article, by=None)
    # Taken out of the working copy it still stands on the published page.
    byline.delete()
    Article.objects.update(series=None, series_position=None)
    article.topics.clear()
    assert 'name="slug"' not in staff.get(change).content.decode()
    assert staff.post(change.replace("change", "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    staff.post(change.replace(f"{row.pk}/change/", ""), chosen)
    assert type(row).objects.filter(pk=row.pk).exists()
