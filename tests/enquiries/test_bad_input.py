"""Whatever is thrown at the form: stored and readable, or a clear 4xx. Never a 5xx, nothing by halves."""

from __future__ import annotations

import io
import itertools
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import RateHit
from enquiries.models import Enquiry, EnquiryEvent
from tests.factories import make_enquiry_post, make_professional_post

NEW = "/enquiries/new/"

pytestmark = pytest.mark.django_db

HOSTILE = [
    "a\0b",
    "\ufdfa" * 1_000,  # grows eighteenfold when normalised
    "Z" + "\u0335\u0489\u20dd" * 3_000,
    "\u202e\u2066\u2069\u200b\ufeff",
    "'; DROP TABLE enquiries_enquiry; --",
    "{{ 7|add:7 }} {% debug %} ${7*7} %(message)s %n",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "\r\nBcc: someone@example.org\r\n\r\nbody",
    "\ud7ff\ue000\uffff\U0010ffff",
    "x" * 20_001,
    "=cmd|' /C calc'!A0",
]


FIELDS = ["message", "organisation", "job", "name", "email", "safe_times", "hearing_on", "who"]


def forget() -> None:
    for model in (RateHit, EnquiryEvent, Enquiry):
        model.objects.all().delete()


def test_hostile_text_is_kept_to_the_letter_or_refused():
    wrong = []
    for field, text in itertools.product(FIELDS, HOSTILE):
        forget()
        response = Client().post(NEW, make_professional_post(**{field: text}))
        kept = [getattr(enquiry.answers, field) for enquiry in Enquiry.objects.all()]
        is_right = kept in ([text], [text.strip()]) if response.status_code == 303 else not kept
        if response.status_code not in {303, 422} or not is_right:
            wrong.append((field, text[:30], response.status_code, kept))
    assert wrong == []


@given(
    text=st.text(max_size=300),
    field=st.sampled_from(["message", "organisation", "name", "post_via", "who", "reply_by", "nation", "token"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_kept_to_the_letter_or_refused(text, field):
    forget()
    text = text.encode("utf-8", "replace").decode()
    body = make_professional_post(reply_by="post", post_via="Dr Green") | {field: text}
    response = Client().post(NEW, body)
    assert response.status_code in {303, 422}
    if response.status_code == 303:
        answers = Enquiry.objects.get().answers
        # Spaces alone are no answer.
        assert getattr(answers, field, text) == (text if text.strip() else "")
    else:
        assert not Enquiry.objects.exists()


PART = b'--b\r\nContent-Disposition: form-data; name="who"\r\n\r\n%s\r\n--b--'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"message=" + b"a" * 2_000_000),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(1_100))),
        ("application/x-www-form-urlencoded; charset=utf-16", b"message=a"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
        ("multipart/form-data; boundary=b; charset=utf-7", PART % b"+2AA-"),
        ("multipart/form-data; boundary=b; charset=rot13", PART % b"x"),
        ("text/plain", b"message=a"),
        ("application/json", b'{"message": "\\ud800"}'),
        ("", b""),
    ],
)  # fmt: skip
def test_odd_bodies_are_refused_and_store_nothing(content_type, body):
    # Not post(): the test client would encode the body itself.
    response = Client().generic("POST", NEW, body, content_type=content_type)
    assert 400 <= response.status_code < 500
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("half", [b"%ED%A0%80", b"%ed%bf%bf", b"\xed\xa0\x80"])
@pytest.mark.parametrize("field", [b"name", b"message", b"who", b"token"])
def test_half_a_character_in_a_form_that_is_right_otherwise_stores_nothing(field, half):
    body = urlencode(make_enquiry_post()).encode() + b"&" + field + b"=" + half
    response = Client().generic("POST", NEW, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert not Enquiry.objects.exists()


def test_a_file_sent_along_is_not_taken():
    file = io.BytesIO(b"x" * 1_000)
    file.name = "letter.pdf"
    response = Client().post(NEW, make_enquiry_post(message="with a file") | {"attachment": file})
    assert response.status_code == 303
    assert Enquiry.objects.get().answers.message == "with a file"


def test_the_same_question_answered_twice_gives_one_answer():
    response = Client().post(NEW, make_enquiry_post() | {"who": ["family", "young"], "message": ["first", "second"]})
    assert response.status_code == 303
    assert (Enquiry.objects.get().answers.who, Enquiry.objects.get().answers.message) == ("young", "second")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_other_methods_are_refused(method):
    assert getattr(Client(), method)(NEW).status_code == 405


@pytest.mark.parametrize("token", ["a", "a:b:c", "%00", "%ED%A0%80", "..%2f..", "ŵ" * 50, "x" * 3_000])
def test_an_odd_address_of_the_page_after_sending_is_never_an_accident(token):
    assert Client().get(f"/enquiries/sent/{token}/").status_code in {400, 404, 410}
