"""Sending the form: what is stored, what is answered, and that nothing typed is lost on the way."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core import signing
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from core.models import Job
from enquiries.models import Enquiry, EnquiryEvent
from enquiries.services.receive import PER_ADDRESS
from pages.fallback import HELPLINES
from tests.factories import make_enquiry_post, make_live_pages, make_professional_post
from tests.html import text_of
from tests.sending import send

NEW = "/contact/write/"
UNUSUAL = "  Ŵ & <b>not bold</b> \u202eزينب\u202c \"'; é̂̂ 👩‍👧\r\nsecond line "

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    """A browser that says where its forms come from."""
    return Client(headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"})


def text_area(html: str) -> str:
    return unescape(re.search(r"<textarea name=\"message\"[^>]*>\n?(.*?)</textarea>", html, re.DOTALL)[1])


def test_a_sent_enquiry_is_stored_recorded_and_announced_at_once(reader):
    response = reader.post(NEW, make_professional_post(wants_confirmation="on", message=UNUSUAL))
    assert response.status_code == 303
    enquiry = Enquiry.objects.get()
    assert enquiry.audience == "professionals"
    assert enquiry.state == "new"
    assert enquiry.answers.message == UNUSUAL
    assert enquiry.answers.email == "solicitor@meadow-and-lane.example"
    assert [event.kind for event in enquiry.events.all()] == ["received"]
    jobs = Job.objects.order_by("kind").values_list("kind", "object_id")
    assert list(jobs) == [
        ("enquiries.confirmation", enquiry.reference),
        ("enquiries.notice", f"{enquiry.reference}:0"),
    ]


def test_the_row_holds_nothing_a_person_typed(reader):
    reader.post(NEW, make_professional_post())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM enquiries_enquiry")
        row = " ".join(map(str, cursor.fetchone()))
    for typed in ("Solicitor", "Meadow", "wales", "public", "meadow-and-lane", "parenting"):
        assert typed.lower() not in row.lower()
    assert "v1." in row


def test_the_sent_page_shows_the_reference_but_its_address_does_not(reader):
    response = reader.post(NEW, make_enquiry_post())
    reference = str(Enquiry.objects.get())
    page = reader.get(response["Location"])
    assert page.status_code == 200
    assert reference in text_of(page)
    assert reference not in response["Location"]
    assert reference.replace("-", "") not in response["Location"]
    assert "You contact us" in text_of(page)


def test_the_sent_page_is_neither_cached_nor_indexed(reader):
    page = reader.get(reader.post(NEW, make_enquiry_post())["Location"])
    assert page["Cache-Control"] == "no-store"
    assert page["X-Robots-Tag"] == "noindex"


def test_the_sent_page_has_the_same_neutral_title_as_the_form(reader):
    titles = []
    for page in (reader.get(NEW), reader.get(reader.post(NEW, make_enquiry_post())["Location"])):
        titles.append(re.search(r"<title>(.*?)</title>", page.content.decode())[1])
    assert titles == ["Contact us - Children First"] * 2


def test_the_sent_page_expires_after_15_minutes_and_cannot_be_guessed(reader, monkeypatch):
    location = reader.post(NEW, make_enquiry_post())["Location"]
    reference = str(Enquiry.objects.get())
    for address in (location[:-2] + "/", reverse("enquiries:sent", args=["anything"])):
        page = reader.get(address)
        assert page.status_code == 410
        assert reference not in text_of(page)
    late = signing.time.time() + 15 * 60 + 1
    monkeypatch.setattr(signing.time, "time", lambda: late)
    page = reader.get(location)
    assert page.status_code == 410
    assert reference not in text_of(page)


def test_a_form_sent_twice_gives_one_enquiry_and_the_same_reference(reader):
    post = make_enquiry_post()
    first, second = reader.post(NEW, post), reader.post(NEW, post)
    assert (first.status_code, second.status_code) == (303, 303)
    reference = str(Enquiry.objects.get())
    assert all(reference in text_of(reader.get(response["Location"])) for response in (first, second))
    assert Job.objects.count() == 1
    assert EnquiryEvent.objects.count() == 1


def test_a_form_with_errors_is_returned_with_everything_typed(reader):
    post = make_professional_post(message=UNUSUAL, organisation="", email="not an address", relation="an aunt")
    response = send(reader, NEW, post)
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Contact us" in html
    assert text_area(html) == UNUSUAL
    assert 'value="an aunt"' in html
    assert re.search(r'<textarea name="email"[^>]*>\n?not an address</textarea>', html)
    assert 'value="wales" id="id_nation_1" checked' in html
    assert '<a href="#id_organisation">Enter the name of your organisation</a>' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert html.index('role="alert"') < html.index("<h1")
    assert not Enquiry.objects.exists()


def test_a_refused_form_is_returned_with_its_text_and_the_reason(reader):
    sent = make_enquiry_post()
    reader.post(NEW, sent)
    for client, post, status, reason in (
        (reader, make_enquiry_post(token="made up"), 422, "Please press Send again"),
        (reader, sent, 422, "has not been sent yet"),
        (Client(headers={"origin": "null"}), make_enquiry_post(), 403, "Your message was not saved"),
    ):
        response = send(client, NEW, post | {"message": UNUSUAL})
        assert response.status_code == status
        assert reason in text_of(response)
        assert text_area(response.content.decode()) == UNUSUAL
    assert Enquiry.objects.count() == 1


def test_many_people_behind_one_address_can_write_and_more_is_quarantined(reader):
    answers = [reader.post(NEW, make_enquiry_post()).status_code for _ in range(PER_ADDRESS + 2)]
    assert set(answers) == {303}
    assert Enquiry.objects.filter(is_quarantined=False).count() == PER_ADDRESS
    assert Enquiry.objects.filter(is_quarantined=True).count() == 2
    assert Job.objects.count() == PER_ADDRESS
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(NEW, make_enquiry_post()).status_code == 303
    assert Job.objects.count() == PER_ADDRESS + 1


def test_a_flood_from_one_address_is_429_with_the_helplines(reader, monkeypatch):
    monkeypatch.setattr("enquiries.services.receive.PER_ADDRESS_AT_MOST", 3)
    for _ in range(3):
        assert reader.post(NEW, make_enquiry_post()).status_code == 303
    response = send(reader, NEW, make_enquiry_post())
    assert response.status_code == 429
    assert HELPLINES[1]["number"] in text_of(response)
    assert Enquiry.objects.count() == Job.objects.count() == 3


@pytest.mark.parametrize("keys", [[], ["short:abc"], ["no colon"]])
def test_without_a_usable_key_the_form_is_closed_and_nothing_is_stored(reader, settings, keys):
    settings.FIELD_KEYS = keys
    page = reader.get(NEW)
    assert page.status_code == 503
    assert "Nothing sent now would be saved" in text_of(page)
    assert HELPLINES[1]["number"] in text_of(page)
    assert "<form" not in page.content.decode()
    response = reader.post(NEW, make_enquiry_post(message=UNUSUAL))
    assert response.status_code == 503
    assert "Your message was not saved" in text_of(response)
    assert HELPLINES[1]["number"] in text_of(response)
    assert text_area(response.content.decode()) == UNUSUAL
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_line": "cheap watches"},
        {"message": "http://a.example http://b.example https://c.example www.d.example"},
    ],
    ids=["the field nobody sees", "a heap of links"],
)
def test_an_enquiry_that_looks_automatic_is_quarantined_and_mails_nobody(reader, changes):
    response = reader.post(NEW, make_enquiry_post(**changes))
    assert response.status_code == 303
    enquiry = Enquiry.objects.get()
    assert str(enquiry) in text_of(reader.get(response["Location"]))
    assert enquiry.is_quarantined
    assert not Job.objects.exists()


def test_one_link_in_a_message_is_not_quarantined(reader):
    reader.post(NEW, make_enquiry_post(message="We found you at https://www.example.org/families/"))
    assert Enquiry.objects.get().is_quarantined is False


def test_no_confirmation_is_mailed_unless_it_was_asked_for(reader):
    reader.post(NEW, make_enquiry_post(reply_by="email", email="parent@example.org"))
    reader.post(NEW, make_enquiry_post(reply_by="phone", phone="01632 960 001", wants_confirmation="on"))
    assert list(Job.objects.values_list("kind", flat=True)) == ["enquiries.notice"] * 2


def test_an_enquiry_about_our_staff_is_restricted(reader):
    reader.post(NEW, make_enquiry_post(is_about_staff="on"))
    assert Enquiry.objects.get().is_restricted


def test_the_page_keeps_browsers_from_helping_too_much():
    html = Client().get(NEW).content.decode()
    assert re.search(r'<form [^>]*autocomplete="off"', html)
    assert "maxlength" not in html
    tokens = dict(re.findall(r'name="(\w+)"[^>]*?autocomplete="([\w-]+)"', html))
    own = {"name": "name", "phone": "tel", "organisation": "organization", "job": "organization-title"}
    assert {name: token for name, token in tokens.items() if token != "off"} == own | {"email": "email"}
    for name in ("message", "safe_times", "other_contact", "post_via", "relation"):
        assert tokens[name] == "off"
    assert re.search(r'<textarea name="message"[^>]*spellcheck="false"', html)


def test_plain_words_and_the_numbers_stand_before_the_first_question_that_tells_of_a_person():
    make_live_pages("privacy", "complaints", "staying-safe-online")
    html = Client().get(NEW).content.decode()
    before, _message = html.split('<textarea name="message"', 1)
    links = ['href="/privacy/"', 'href="/complaints/"', 'href="/staying-safe-online/"']
    words = [
        "not an emergency service",
        HELPLINES[1]["number"],
        "stay anonymous",
        "may have to share",
        "90 days",
        "Exit this page",
    ]
    assert [found for found in words + links if found not in before] == []


def test_the_form_costs_one_query_to_show(django_assert_num_queries):
    with django_assert_num_queries(1):
        Client().get(NEW)


def test_nothing_is_stored_when_a_notice_cannot_be_written(reader, settings):
    settings.STAFF_EMAIL = ["one@example.org", "two@example.org"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_job RENAME TO core_job_away")
    response = reader.post(NEW, make_enquiry_post(message=UNUSUAL))
    assert response.status_code == 503
    assert text_area(response.content.decode()) == UNUSUAL
    assert not Enquiry.objects.exists()
    assert not EnquiryEvent.objects.exists()


@pytest.mark.parametrize(
    ("reply_by", "promised"), [("none", "You contact us"), ("email", "You hear from us in the way you chose")]
)
def test_an_answer_is_promised_to_those_alone_who_want_one(reader, reply_by, promised):
    post = make_enquiry_post(reply_by=reply_by, email="name@example.org")
    page = text_of(reader.get(reader.post(NEW, post)["Location"]))
    assert promised in page
    assert ("By 5pm on" in page) == (reply_by == "email")


def test_without_the_key_the_page_after_sending_promises_no_answer(reader, settings):
    address = reader.post(NEW, make_enquiry_post(reply_by="email", email="name@example.org"))["Location"]
    settings.FIELD_KEYS = []
    page = reader.get(address)
    assert page.status_code == 200
    assert "By 5pm on" not in text_of(page)


def test_an_error_after_sending_never_says_the_message_was_not_saved(reader, monkeypatch):
    address = reader.post(NEW, make_enquiry_post())["Location"]

    def away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("enquiries.models.EnquiryQuerySet.filter", away)
    response = reader.get(address)
    assert response.status_code == 503
    assert "Your message has reached us" in text_of(response)
    assert "not saved" not in text_of(response)


def test_a_resent_form_is_returned_when_the_stored_text_is_unreadable(reader):
    post = make_enquiry_post(message=UNUSUAL)
    assert reader.post(NEW, post).status_code == 303
    Enquiry.objects.update(reference="AA2AA2AA")
    response = reader.post(NEW, post)
    assert response.status_code == 503
    assert text_area(response.content.decode()) == UNUSUAL


def test_a_bot_that_was_refused_once_is_still_quarantined():
    post = make_enquiry_post(token="of its own")
    token = re.search(r'name="token" value="([^"]+)"', send(Client(), NEW, post).text)[1]
    Client().post(NEW, post | {"token": token})
    assert Enquiry.objects.get().is_quarantined
