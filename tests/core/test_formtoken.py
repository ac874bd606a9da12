from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import formtoken

HOUR = timedelta(hours=1)


def test_a_token_tells_when_its_form_was_shown_and_is_never_the_same():
    token = formtoken.issue("enquiry")
    read = formtoken.read("enquiry", token, max_age=HOUR)
    assert abs(timezone.now() - read.issued_at) < timedelta(seconds=5)
    assert read.nonce != formtoken.read("enquiry", formtoken.issue("enquiry"), max_age=HOUR).nonce
    assert formtoken.read("enquiry", token, max_age=HOUR) == read


def test_a_token_of_another_form_is_refused():
    with pytest.raises(formtoken.BadToken):
        formtoken.read("pledge", formtoken.issue("enquiry"), max_age=HOUR)


def test_a_token_signed_with_another_key_is_refused(settings):
    token = formtoken.issue("enquiry")
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(formtoken.BadToken):
        formtoken.read("enquiry", token, max_age=HOUR)


def test_an_old_token_is_told_from_a_wrong_one():
    token = formtoken.issue("enquiry")
    with pytest.raises(formtoken.ExpiredToken):
        formtoken.read("enquiry", token, max_age=timedelta(seconds=-1))


@given(st.text(st.characters(exclude_categories=[])))
def test_nonsense_is_refused_and_never_an_accident(nonsense):
    with pytest.raises(formtoken.BadToken):
        formtoken.read("enquiry", nonsense, max_age=HOUR)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(":", "::", 1), lambda t: t + "=" * 300]
)
def test_a_changed_token_is_refused(change):
    with pytest.raises(formtoken.BadToken):
        formtoken.read("enquiry", change(formtoken.issue("enquiry")), max_age=HOUR)


def test_a_signature_of_django_for_something_else_is_refused():
    with pytest.raises(formtoken.BadToken):
        formtoken.read("enquiry", signing.dumps({"a": 1}), max_age=HOUR)
