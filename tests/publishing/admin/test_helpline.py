"""Helplines in the back office."""

from datetime import timedelta

import pytest
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
