"""Sending the form: what is stored, what is answered, and that nothing typed is lost on the way."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core import signing
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core import content
from core.models import Job
from enquiries.models import Enquiry, EnquiryEvent, FormText
from pages.fallback import HELPLINES
from tests.factories import make_enquiry_post, make_live_pages, make_professional_post
from tests.html import text_of
from tests.sending import send

NEW, PLAIN, WORK = "/contact/write/", "/contact/write/plain/", "/contact/write/work/"
WAYS = [NEW, PLAIN, WORK]
UNUSUAL = "  Ŵ & <b>not bold</b> \u202eزينب\u202c \"'; é̂̂ 👩‍👧\r\nsecond line "

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    """A browser that says where its forms come from."""
    return Client(headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"})


def text_area(html: str) -> str:
    return unescape(re.search(r"<textarea name=\"message\"[^>]*>\n?(.*?)</textarea>", html, re.DOTALL)[1])


def test_a_sent_enquiry_is_stored_recorded_and_announced_at_once(reader):
    response = reader.post(WORK, make_professional_post(wants_confirmation="on", message=UNUSUAL))
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
    reader.post(WORK, make_professional_post())
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
    post = make_professional_post(message=UNUSUAL, organisation="", email="not an address", hearing_on="an aunt")
    response = send(reader, WORK, post)
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Contact us" in html
    assert text_area(html) == UNUSUAL
    assert 'value="an aunt"' in html
    assert re.search(r'<textarea name="email"[^>]*>\n?not an address</textarea>', html)
    assert 'value="wales" id="id_nation_1" checked' in html
    assert '<a href="#id_organisation">Enter the name of your organisation</a>' in html
    assert 'aria-describedby="id_email_error"' in html
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


def test_no_confirmation_is_mailed_unless_it_was_asked_for(reader):
    reader.post(NEW, make_enquiry_post(reply_by="email", email="parent@example.org"))
    reader.post(NEW, make_enquiry_post(reply_by="phone", phone="01632 960 001", wants_confirmation="on"))
    assert list(Job.objects.values_list("kind", flat=True)) == ["enquiries.notice"] * 2


def test_an_enquiry_about_our_staff_is_restricted(reader):
    reader.post(NEW, make_enquiry_post(topic="staff"))
    assert Enquiry.objects.get().is_restricted


def test_the_page_keeps_browsers_from_helping_too_much():
    html = "".join(Client().get(path).text for path in WAYS)
    assert len(re.findall(r'<form [^>]*class="form"[^>]*autocomplete="off"', html)) == len(WAYS)
    assert "maxlength" not in html
    tokens = dict(re.findall(r'name="(\w+)"[^>]*?autocomplete="([\w-]+)"', html))
    own = {"name": "name", "phone": "tel", "organisation": "organization", "job": "organization-title"}
    assert {name: token for name, token in tokens.items() if token != "off"} == own | {"email": "email"}
    for name in ("message", "safe_times", "other_contact", "post_via", "question", "parties"):
        assert tokens[name] == "off"
    assert re.search(r'<textarea name="message"[^>]*spellcheck="false"', html)


@pytest.mark.parametrize("path", WAYS)
def test_plain_words_and_the_numbers_stand_before_the_first_question_that_tells_of_a_person(path):
    make_live_pages("privacy", "complaints", "staying-safe-online")
    html = " ".join(Client().get(path).text.split())
    before, _rest = html.split('name="at_risk"', 1)
    links = ['href="/privacy/"', 'href="/complaints/"', 'href="/staying-safe-online/"']
    words = [
        "not here for emergencies",
        HELPLINES[1]["number"],
        "stay anonymous",
        "may have to share",
        "90 days",
        "12 months",
        "30 days",
        "Exit this page",
    ]
    assert [found for found in words + links if found not in before] == []


def test_the_form_costs_two_queries_to_show(django_assert_num_queries):
    # Once a minute a process looks whether its keys open what is stored.
    Client().get(NEW)
    content.forget()
    with django_assert_num_queries(2):
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


# The ways in, and what they leave in the history of a browser


@pytest.mark.parametrize(("path", "to"), [("/enquiries/new/", NEW), ("/enquiries/sent/abc:d/", "/contact/sent/abc:d/")])
def test_old_addresses_lead_to_the_new_ones(path, to):
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (301, to)


def test_a_form_that_was_open_while_its_address_changed_is_sent_whole(reader):
    response = reader.post("/enquiries/new/", make_enquiry_post(), follow=True)
    assert "Your message has reached us" in text_of(response)


@pytest.mark.parametrize("path", WAYS)
def test_no_state_of_the_form_says_what_it_is_about(reader, path):
    """Neither address nor title, which stay in the history."""
    post = make_professional_post() if path == WORK else make_enquiry_post()
    checked = send(reader, path, post | {"check": "1"})
    states = [reader.get(path), send(reader, path, post | {"message": ""}), checked, send(reader, path, post)]
    titles = [re.search(r"<title>(.*?)</title>", state.text)[1] for state in states]
    assert titles == ["Contact us - Children First", "Error: Contact us - Children First"] + titles[:1] * 2
    addresses = [state.request["PATH_INFO"] for state in states]
    assert addresses[:3] == [path, path, f"{path}check/"]
    assert addresses[3].startswith("/contact/sent/")


@pytest.mark.parametrize("path", WAYS)
def test_each_way_leads_to_the_others_and_says_nothing_of_enquiries_in_its_links(path):
    html = Client().get(path).text
    main = html[html.index("<main") : html.index("<form class")]
    assert [other for other in WAYS if f'href="{other}"' in main] == [other for other in WAYS if other != path]


def test_a_form_that_comes_back_with_mistakes_begins_with_them_and_says_nothing_else_first(reader):
    html = send(reader, NEW, make_enquiry_post(message="")).text
    main = html[html.index("<main") : html.index("<form class")]
    assert "There is a problem" in main
    assert HELPLINES[1]["number"] in main
    assert 'class="lead"' not in main
    assert "<details" not in html[html.index("<main") : html.index("<footer")]


@pytest.mark.parametrize(
    ("referer", "shown"),
    [
        ("http://testserver/families/?q=secret", "/families/"),
        ("http://testserver/contact/write/plain/", ""),
        ("http://elsewhere.example/families/", ""),
        ("http://[broken/families/", ""),
        ("", ""),
    ],
)
def test_the_page_that_led_here_is_named_and_can_be_left_out(reader, referer, shown):
    html = reader.get(NEW, headers={"referer": referer}).text
    assert (f"You came from our page {shown}." in html) == bool(shown)
    assert "secret" not in html
    sent = make_enquiry_post(asked_from="/families/")
    reader.post(NEW, sent)
    reader.post(NEW, make_enquiry_post(asked_from="/families/", leaves_out_page="on"))
    assert sorted(row.answers.asked_from for row in Enquiry.objects.all()) == ["", "/families/"]


def test_texts_in_other_languages_stand_on_the_forms_they_are_for_in_their_own_voice():
    FormText.objects.create(
        title="Cymraeg", language="cy", text="Gallwch ysgrifennu.\n\nFfoniwch 999 <nawr>.", is_shown=True
    )
    FormText.objects.create(title="اردو", language="ur", text="لکھیں", is_shown=True, way="plain")
    FormText.objects.create(title="Not yet", language="en-gb", text="Hidden")
    plain, work = Client().get(PLAIN).text, Client().get(WORK).text
    assert re.search(r'<details class="fold" id="text-\d+" lang="cy">', work)
    assert "<p>Ffoniwch 999 &lt;nawr&gt;.</p>" in work
    assert re.search(r'lang="ur" dir="rtl">\s*<summary>اردو', plain)
    assert "اردو" not in work
    assert "Not yet" not in plain + work


# Checking the answers first


def hidden(html: str) -> dict[str, Any]:
    """What the buttons on the page to check the answers send."""
    main = html[html.index("<main") :]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', main):
        found[name] = [*found.get(name, []), unescape(value)]
    return found


@pytest.mark.parametrize(("path", "make"), [(NEW, make_enquiry_post), (WORK, make_professional_post)])
def test_answers_are_shown_in_words_before_they_are_sent_and_sent_from_there(reader, path, make):
    post = make(message=UNUSUAL, name="Ŵ Ama", reply_by="email", email="a@example.org", wants_confirmation="on")
    page = send(reader, path, post | {"check": "1"})
    assert page.status_code == 200
    assert page.request["REQUEST_METHOD"] == "GET"
    assert "Nothing has been sent yet" in text_of(page)
    assert "second line" in text_of(page)
    assert "By email" in text_of(page)
    assert not Enquiry.objects.exists()

    sent = send(reader, path, hidden(page.text))
    assert "Your message has reached us" in text_of(sent)
    answers = Enquiry.objects.get().answers
    assert answers.message == UNUSUAL
    assert (answers.email, answers.wants_confirmation) == ("a@example.org", True)
    assert answers.services == tuple(post.get("services", ()))
    assert not Enquiry.objects.get().is_quarantined


def test_each_answer_can_be_changed_with_all_the_others_kept(reader):
    page = send(reader, NEW, make_enquiry_post(message=UNUSUAL, topic="help", check="1"))
    for name, control in (("topic", "id_topic_0"), ("message", "id_message")):
        response = reader.post(NEW, hidden(page.text) | {"change": name})
        assert (response.status_code, response["Location"]) == (303, f"{NEW}#{control}")
        form = reader.get(NEW, headers={"referer": "http://testserver/contact/write/check/"})
        assert form.status_code == 200
        assert text_area(form.text) == UNUSUAL
        assert 'value="help" id="id_topic_1" checked' in form.text
        assert "There is a problem" not in form.text
    assert not Enquiry.objects.exists()


def test_a_form_with_mistakes_is_not_shown_for_checking(reader):
    page = send(reader, NEW, make_enquiry_post(message="", check="1"))
    assert (page.status_code, page.request["PATH_INFO"]) == (422, NEW)


def test_the_page_to_check_answers_is_empty_for_whoever_finds_its_address(reader):
    send(reader, NEW, make_enquiry_post(check="1"))
    for client, referer in ((reader, "http://testserver/"), (Client(), f"http://testserver{NEW}")):
        response = client.get(f"{NEW}check/", headers={"referer": referer})
        assert (response.status_code, response["Location"]) == (303, NEW)


def test_a_browser_without_cookies_checks_its_answers_too():
    def without_cookies(path: str, post: dict[str, Any]) -> HttpResponse:
        response = Client().post(path, post)
        return Client().post(response["Location"], post) if response.status_code == 307 else response

    page = without_cookies(NEW, make_enquiry_post(message=UNUSUAL, check="1"))
    assert page.status_code == 200
    assert "Nothing has been sent yet" in text_of(page)
    changed = without_cookies(NEW, hidden(page.text) | {"change": "message"})
    assert text_area(changed.text) == UNUSUAL
    assert "Your message has reached us" in text_of(Client().post(NEW, hidden(page.text), follow=True))


def test_another_site_cannot_have_answers_shown_for_checking():
    other = Client(headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"})
    page = send(other, NEW, make_enquiry_post(check="1"))
    assert "Your message was not saved" in text_of(page)
