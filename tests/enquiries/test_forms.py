"""What the enquiry form accepts, what it ignores, and what it says."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import fields
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import RateHit
from enquiries.answers import Answers, Asked
from enquiries.forms import FORMS, EnquiryForm, own_page
from enquiries.models import Enquiry, EnquiryEvent
from enquiries.questions import FOLLOW_UPS, MESSAGE_LIMIT, QUESTIONS, WHO, Way
from pages.fallback import HELPLINES
from tests.factories import make_enquiry_post, make_professional_post
from tests.sending import send

pytestmark = pytest.mark.django_db


def filled(post: dict, *, way: Way = Way.FAMILIES) -> EnquiryForm:
    data = QueryDict(mutable=True)
    for name, value in post.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return FORMS[way](data)


def errors(post: dict, *, way: Way = Way.FAMILIES) -> dict[str, list[str]]:
    return {name: [str(error) for error in found] for name, found in filled(post, way=way).errors.items()}


def errors_at_work(post: dict) -> dict[str, list[str]]:
    return errors(post, way=Way.WORK)


def test_the_shortest_enquiry_needs_three_answers_and_no_name():
    form = filled(make_enquiry_post())
    assert form.is_valid(), form.errors
    assert form.answers() == Answers(who="family", message="We need somebody to listen.", reply_by="none")


def test_an_empty_form_asks_three_questions_and_preselects_nothing():
    assert list(errors({})) == ["who", "message", "reply_by"]
    assert list(errors({}, way=Way.PLAIN)) == ["message", "reply_by"]
    assert not any(field.value() for form in FORMS.values() for field in form())


@pytest.mark.parametrize(("way", "count"), [(Way.FAMILIES, 5), (Way.PLAIN, 5)])
def test_families_and_young_people_are_asked_few_questions(way, count):
    """Six at most: what is always on the page, and the box to tick beside the page that led here."""
    always = [entry.field.name for part in FORMS[way]().parts() for entry in part.entries]
    assert len(always) == count
    assert len(always) + len(["leaves_out_page"]) <= 6


def test_every_question_has_an_answer_to_be_stored_in_and_follows_one_that_its_way_asks():
    stored = {field.name for field in fields(Answers)}
    for question in QUESTIONS:
        assert question.name in stored
        assert question.follows is None or question.follows in FOLLOW_UPS
        for way in question.words:
            assert question.follows is None or question.follows.question in FORMS[way].base_fields


def test_no_way_asks_a_question_twice():
    for way in Way:
        names = [question.name for question in QUESTIONS if way in question.words]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(("way", "who"), [(Way.PLAIN, "young"), (Way.WORK, "professional")])
def test_a_way_that_does_not_ask_who_somebody_is_knows_it(way, who):
    form = filled(make_professional_post(who="family"), way=way)
    assert form.is_valid(), form.errors
    assert form.answers().who == who
    assert WHO[way] == who


def test_a_professional_is_asked_for_organisation_service_nation_and_law():
    found = errors_at_work(make_enquiry_post(reply_by="phone", phone="01632 960 001"))
    assert list(found) == ["organisation", "services", "nation", "law"]
    assert filled(make_professional_post(), way=Way.WORK).is_valid()


def test_a_professionals_answers_arrive_complete():
    asked = {
        "question": "Can the mother protect him?",
        "timetable": "Part 25 by Friday",
        "parties": "LA, M, F, child by guardian",
        "funding": "legal-aid",
        "at_risk": "no",
        "is_about_staff": "on",
    }
    form = filled(make_professional_post(**asked), way=Way.WORK)
    assert form.is_valid(), form.errors
    answers = form.answers()
    assert answers.services == ("social-work", "psychology")
    assert answers.hearing_on == (date.today() + timedelta(days=60)).isoformat()
    assert answers.report_by == (date.today() + timedelta(days=40)).isoformat()
    assert {name: getattr(answers, name) for name in asked} == asked | {"is_about_staff": True}


def test_a_professional_who_chose_email_is_asked_nothing_about_leaving_messages():
    form = filled(make_professional_post(may_leave_message="on", safe_times="never"), way=Way.WORK)
    assert form.is_valid()
    answers = form.answers()
    assert [each.name for each in answers.asked][-3:] == ["reply_by", "email", "wants_confirmation"]
    assert (answers.may_leave_message, answers.safe_times) == (False, "")


def test_the_questions_are_kept_as_this_person_saw_them_and_in_their_order():
    form = filled(make_enquiry_post(at_risk="unsure", message="Listen.", name="Ama"), way=Way.PLAIN)
    assert form.is_valid(), form.errors
    assert form.answers().asked == (
        Asked("name", "What can we call you?", "Ama"),
        Asked("at_risk", "Could you, or someone else, get hurt soon?", "I don’t know"),
        Asked("message", "What do you want to tell us?", "Listen."),
        Asked("topic", "What is it about?", ""),
        Asked("reply_by", "How can we answer you?", "Don’t. I will get in touch with you"),
    )


def test_dates_choices_and_ticks_are_kept_in_words():
    form = filled(make_professional_post(hearing_on="14 October 2039", report_by=None), way=Way.WORK)
    assert form.is_valid()
    words = {each.name: each.answer for each in form.answers().asked}
    assert words["hearing_on"] == "Friday 14 October 2039"
    assert words["report_by"] == ""
    assert words["services"] == "Independent social work assessment, Psychological assessment"
    assert words["is_about_staff"] == "No"


@pytest.mark.parametrize("way", [Way.FAMILIES, Way.PLAIN])
def test_somebody_who_writes_about_our_staff_says_so_as_the_topic(way):
    form = filled(make_enquiry_post(topic="staff"), way=way)
    assert form.is_valid()
    assert form.answers().is_about_staff
    other = filled(make_enquiry_post(topic="complaint"), way=way)
    assert other.is_valid()
    assert not other.answers().is_about_staff


PAGES_OF_OURS = ["/", "/families/", "/news/a-child-is-heard/", "/contact/"]
NO_PAGES_OF_OURS = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/families/?q=secret",
    "/families",
    "families/",
    "/a/b/c/d/",
    "/admin/",
    "/contact/write/",
    "/contact/write/work/check/",
    "/<script>/",
    "/../",
    "/é/",
    "/a\n/",
    "javascript:alert(1)",
    "/" + "a" * 300 + "/",
]


def test_only_a_page_of_our_own_counts_as_the_one_that_led_here():
    assert [own_page(path) for path in PAGES_OF_OURS] == PAGES_OF_OURS
    assert [path for path in NO_PAGES_OF_OURS if own_page(path)] == []
    for path in NO_PAGES_OF_OURS:
        form = filled(make_enquiry_post(asked_from=path))
        assert form.is_valid(), form.errors
        assert form.answers().asked_from == ""


def test_the_page_that_led_here_is_left_out_for_whoever_ticks_that():
    post = make_enquiry_post(asked_from="/families/")
    for changes, kept in (({}, "/families/"), ({"leaves_out_page": "on"}, "")):
        form = filled(post | changes)
        assert form.is_valid()
        assert form.answers().asked_from == kept


def test_answers_to_questions_that_do_not_fit_are_ignored():
    form = filled(
        make_enquiry_post(
            organisation="x" * 5_000,
            nation="atlantis",
            services=["no such"],
            hearing_on="soon",
            email="not an address",
            phone="\0",
            safe_times="y" * 5_000,
            wants_confirmation="on",
        )
    )
    assert form.is_valid(), form.errors
    assert form.answers() == Answers(who="family", message="We need somebody to listen.", reply_by="none")


@pytest.mark.parametrize(
    ("reply_by", "field"), [("email", "email"), ("phone", "phone"), ("text", "phone"), ("post", "post_via")]
)
def test_each_way_of_answering_asks_for_its_address_and_for_nothing_else(reply_by, field):
    assert list(errors(make_enquiry_post(reply_by=reply_by))) == [field]


def test_safe_contact_answers_are_no_unless_ticked():
    form = filled(make_enquiry_post(reply_by="phone", phone="01632 960 001"))
    assert form.is_valid()
    answers = form.answers()
    assert (answers.may_leave_message, answers.may_say_who, answers.wants_confirmation) == (False, False, False)
    ticked = filled(
        make_enquiry_post(
            reply_by="text", phone="01632 960 001", may_leave_message="on", may_say_who="on", other_contact="My sister"
        )
    )
    assert ticked.is_valid()
    assert ticked.answers().may_leave_message
    assert ticked.answers().may_say_who
    assert ticked.answers().other_contact == "My sister"


@pytest.mark.parametrize(
    "shape",
    ["%d %B %Y", "%A %d %B %Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%A, %d %B %Y", " %d  %B   %Y "],
)
def test_a_date_may_be_written_as_people_write_it(shape):
    day = timezone.localdate() + timedelta(days=30)
    form = filled(make_professional_post(hearing_on=day.strftime(shape), report_by=None), way=Way.WORK)
    assert form.is_valid(), form.errors
    assert form.answers().hearing_on == day.isoformat()


def test_a_date_may_be_written_with_its_ending():
    year = timezone.localdate().year + 1
    form = filled(
        make_professional_post(hearing_on=f"21st October {year}", report_by=f"2nd october {year}"), way=Way.WORK
    )
    assert form.is_valid(), form.errors
    assert form.answers().hearing_on == f"{year}-10-21"


@pytest.mark.parametrize("text", ["soon", "31/02/2030", "2030", "1" * 100_000, "½/10/2030", "0001-01-01x"])
def test_a_text_that_is_no_date_is_refused(text):
    (said,) = errors_at_work(make_professional_post(hearing_on=text, report_by=None))["hearing_on"]
    assert said.startswith("Enter “Next hearing” as a date, for example ")


def test_every_date_that_the_form_gives_as_an_example_is_one_that_it_takes():
    (said,) = errors_at_work(make_professional_post(hearing_on="soon", report_by=None))["hearing_on"]
    examples = said.partition("for example ")[2].split(" or ")
    form = filled(make_professional_post(), way=Way.WORK)
    for name in ("hearing_on", "report_by"):
        examples.append(str(form[name].help_text).removeprefix("For example ").partition(".")[0])
    assert len(examples) == 4
    for example in examples:
        assert errors_at_work(make_professional_post(hearing_on=example, report_by=example)) == {}


def test_a_hearing_is_not_in_the_past_and_the_report_comes_before_it():
    today = timezone.localdate()
    yesterday, tomorrow = (f"{today + timedelta(days=days)}" for days in (-1, 1))
    assert list(errors_at_work(make_professional_post(hearing_on=yesterday, report_by=None))) == ["hearing_on"]
    assert list(errors_at_work(make_professional_post(hearing_on=None, report_by=yesterday))) == ["report_by"]
    assert list(errors_at_work(make_professional_post(hearing_on=f"{today}", report_by=tomorrow))) == ["report_by"]
    assert errors_at_work(make_professional_post(hearing_on=tomorrow, report_by=tomorrow)) == {}


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@b", '"quoted\x0bpart"@example.org', '"a b"@example.org', "a@example.org\nBcc: b@example.org",
     "a\x0c@example.org", "a@exam\x1cple.org", "@example.org"],
)  # fmt: skip
def test_an_address_that_could_spoil_a_mail_is_refused(address):
    found = errors(make_enquiry_post(reply_by="email", email=address))
    assert found == {"email": ["Enter an email address in the right format, like name@example.org"]}


def test_a_message_may_have_20000_characters_and_no_more():
    assert filled(make_enquiry_post(message="ŵ" * MESSAGE_LIMIT)).is_valid()
    assert errors(make_enquiry_post(message="ŵ" * (MESSAGE_LIMIT + 1))) == {
        "message": ["Shorten “What would you like us to know?” to 20,000 characters. It has 20,001 now."]
    }


def test_a_line_break_counts_as_one_character():
    assert filled(make_enquiry_post(message="\r\n".join(["a"] * (MESSAGE_LIMIT // 2)))).is_valid()


def test_text_is_kept_to_the_letter():
    text = "  \u202eright to left\u202c, ﷺ, e\u0301\u0301\u0301, 👩‍👧, ŵŷ <script>\r\n tail \t"
    form = filled(make_enquiry_post(message=text))
    assert form.is_valid()
    assert Answers.from_text(form.answers().to_text()).message == text


@pytest.mark.parametrize("field", ["message", "name"])
def test_a_nul_is_refused_with_words(field):
    found = errors(make_enquiry_post(**{"reply_by": "phone", "phone": "01632 960 001", field: "a\0b"}))
    assert list(found) == [field]
    assert "a character that cannot be kept" in found[field][0]


def test_spaces_alone_are_no_message():
    assert errors(make_enquiry_post(message=" \r\n\t ")) == {"message": ["Write what you would like us to know"]}


def test_errors_are_listed_in_page_order_and_link_to_the_first_control():
    form = filled(make_enquiry_post(message="", reply_by="email"), way=Way.WORK)
    assert [target for target, _message in form.error_links()] == [
        "id_organisation",
        "id_services_0",
        "id_nation_0",
        "id_law_0",
        "id_message",
        "id_email",
    ]


def test_every_telephone_number_on_the_form_can_be_rung(client):
    links = re.findall(r'href="tel:([^"]*)"', client.get("/contact/write/").text)
    numbers = [line["number"].replace(" ", "") for line in HELPLINES if line["shown_in"] == "panel"]
    assert set(numbers) <= set(links)
    assert all(re.fullmatch(r"\+?[0-9]+", number) for number in links)


# Hostile input is stored whole and readable, or refused with a clear 4xx. It never causes a 5xx.

NEW, PLAIN, WORK = "/contact/write/", "/contact/write/plain/", "/contact/write/work/"


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


FIELDS = ["message", "organisation", "job", "name", "email", "question", "parties", "hearing_on", "reply_by"]


def delete_all() -> None:
    for model in (RateHit, EnquiryEvent, Enquiry):
        model.objects.all().delete()


def one_line(text: str) -> str:
    """A name has one line, and a browser that sends more has joined them."""
    return re.sub(r"[\r\n]+", " ", text)


def test_hostile_text_is_kept_to_the_letter_or_refused():
    wrong = []
    for field, text in itertools.product(FIELDS, HOSTILE):
        delete_all()
        response = send(Client(), WORK, make_professional_post(**{field: text}))
        kept = [getattr(enquiry.answers, field) for enquiry in Enquiry.objects.all()]
        is_right = kept in ([text], [text.strip()], [one_line(text)]) if response.status_code == 200 else not kept
        if response.status_code not in {200, 422} or not is_right:
            wrong.append((field, text[:30], response.status_code, kept))
    assert wrong == []


@given(
    text=st.text(max_size=300),
    field=st.sampled_from(["message", "name", "post_via", "safe_times", "who", "reply_by", "topic", "token"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_kept_to_the_letter_or_refused(text, field):
    delete_all()
    text = text.encode("utf-8", "replace").decode()
    body = make_enquiry_post(reply_by="post", post_via="Dr Green") | {field: text}
    response = send(Client(), NEW, body)
    assert response.status_code in {200, 422}
    if response.status_code == 200:
        answers = Enquiry.objects.get().answers
        if field == "name":
            text = one_line(text)
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
def test_half_a_character_in_a_form_stores_nothing(field, half):
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


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("a", 410),
        ("a:b:c", 410),
        ("%00", 400),
        ("%ED%A0%80", 400),
        ("..%2f..", 404),
        ("ŵ" * 50, 410),
        ("x" * 3_000, 410),
    ],
)
def test_an_odd_address_of_the_sent_page_is_a_clear_4xx(token, status):
    assert Client().get(f"/contact/sent/{token}/").status_code == status
