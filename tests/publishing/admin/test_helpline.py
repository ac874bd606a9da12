"""Helplines in the back office."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone

from publishing.models import Helpline

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


@pytest.fixture
def add(staff):
    """`add(number="...")` sends the form for a new line, and returns the answer."""

    def send(**values):
        line = {
            "name": "X", "note": "x", "shown_in": "page", "position": 1, "checked_on": "2021-01-01",
            "source_url": "https://example.org/contact",
        }  # fmt: skip
        return staff.post(f"{HELPLINES}add/", line | values)

    return send


def test_a_line_without_any_way_to_reach_it_is_refused(add):
    assert "Give at least one way to reach it" in add().content.decode()
    assert not Helpline.objects.exists()


@pytest.mark.parametrize(
    "way",
    [
        {"number": "0800 1111"},
        {"text_number": "85258", "text_word": "SHOUT"},
        {"chat_url": "https://example.org/chat"},
        {"email": "help@example.org"},
        {"bsl_url": "https://example.org/bsl"},
        {"website": "https://example.org/"},
    ],
    ids=lambda way: next(iter(way)),
)
def test_one_way_to_reach_a_line_is_enough(add, way):
    assert add(**way).status_code == 302
    assert Helpline.objects.filter(**way).exists()


def test_a_word_to_text_needs_its_number(add):
    assert "number to which the word is texted" in add(number="101", text_word="SHOUT").content.decode()


def test_the_line_for_danger_needs_a_telephone_number(add):
    words = add(email="help@example.org", is_emergency="on").content.decode()
    assert "needs a telephone number" in words


def test_a_line_needs_the_page_on_which_it_was_looked_up(add):
    assert add(number="101", source_url="").status_code == 200
    assert not Helpline.objects.exists()


def test_staff_tick_for_whom_and_where_a_line_is_and_find_it_ticked_again(add, staff):
    assert add(number="101", people=["child", "deaf"], nations=["wales"]).status_code == 302
    line = Helpline.objects.get()
    assert (line.people, line.nations) == ("child deaf", "wales")
    form = staff.get(f"{HELPLINES}{line.pk}/change/").context["adminform"].form
    assert {box.data["value"] for box in form["people"] if box.data["selected"]} == {"child", "deaf"}
    assert "text SHOUT 85258" not in staff.get(HELPLINES).content.decode()


def test_the_list_tells_how_each_line_can_be_reached(staff):
    Helpline.objects.create(
        name="Shout", note="By text", text_number="85258", text_word="SHOUT", bsl_url="https://e.org"
    )
    assert "text SHOUT 85258, sign language" in staff.get(HELPLINES).content.decode()


def test_a_nation_that_nobody_knows_is_refused():
    with pytest.raises(ValidationError, match="atlantis"):
        Helpline(name="X", note="x", number="101", nations="wales atlantis", source_url="https://e.org/").full_clean()


def test_a_line_that_stood_at_the_foot_of_every_page_still_does_after_the_upgrade():
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="page")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel")
    migration = import_module("publishing.migrations.0018_helplines_by_nation_and_person")
    migration.keep_at_the_foot(apps, None)
    assert dict(Helpline.objects.values_list("number", "shown_in")) == {"101": "footer", "0800 1111": "panel"}
