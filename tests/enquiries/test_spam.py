"""What is set apart as sent by a program, and that people in distress are not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from core.models import Job, RateHit
from enquiries.models import Enquiry
from enquiries.spam import FEW_WORDS, PER_ADDRESS, REPEATS, REPLAYS, SENDERS
from tests.factories import make_enquiry_post, make_form_token, make_professional_post
from tests.html import text_of

NEW, WORK = "/contact/write/", "/contact/write/work/"
WORDS = "We ask whether you could assess the grandparents of three children before the final hearing in spring? "
LONG = "I represent investors who wish to place their funds with your good organisation."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_window_ends_meanwhile(monkeypatch) -> None:
    """Counts begin anew at the full ten minutes and the full hour: a test must not stand across one."""
    for name in ("PER_ADDRESS_WINDOW", "REPEATS_WINDOW", "REPLAYS_WINDOW", "SITES_WINDOW"):
        monkeypatch.setattr(f"enquiries.spam.{name}", timedelta(days=36_500))


def send(*, address: str = "192.0.2.1", post=make_enquiry_post, to: str = NEW, **changes) -> tuple[bool, Enquiry]:
    """Send one enquiry as a browser does; returns whether it was set apart."""
    response = Client(REMOTE_ADDR=address).post(to, post(**changes), follow=True)
    enquiry = Enquiry.objects.latest("received_at", "pk")
    assert str(enquiry) in text_of(response), "the sender was not thanked"
    return enquiry.is_quarantined, enquiry


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("hidden-field", {"subject_line": "cheap watches"}),
        ("links", {"message": "http://a.example http://b.example https://c.example www.d.example"}),
        ("links", {"message": WORDS * 5 + "http://a.example " * 30}),
        ("links", {"message": "[url=http://a.example]See[/url]"}),
        ("links", {"message": "<a href='http://a.example'>See</a>"}),
        ("links", {"name": "Earn 300 a day https://a.example", "reply_by": "phone", "phone": "01632 960 001"}),
    ],
)
def test_what_looks_automatic_is_thanked_and_set_apart_and_mails_nobody(reason, changes):
    is_apart, enquiry = send(**changes)
    assert is_apart
    assert enquiry.quarantine_reason == reason
    assert not Job.objects.exists()


def test_what_is_sent_at_once_is_thanked_and_set_apart():
    _is_apart, enquiry = send(token=make_form_token(age=0.5))
    assert enquiry.quarantine_reason == "too-fast"


@pytest.mark.parametrize(
    "changes",
    [
        {"message": "https://www.example.org/families/"},
        {"message": "HE KNOWS WHERE WE ARE"},
        {"message": "💔"},
        {"message": "Mae angen help arnom ni"},
        {"message": "? https://www.judiciary.uk/a https://www.gov.uk/b https://bailii.org/c https://caselaw.gov.uk/d"},
    ],
)
def test_few_words_of_a_person_are_not_set_apart(changes):
    assert [send(**changes)[0] for _ in range(2)] == [False, False]


def test_a_solicitor_may_send_five_links_between_words():
    message = WORDS + " ".join(f"https://bundle.example/{n}" for n in range(5)) + WORDS
    assert send(post=make_professional_post, to=WORK, message=message)[0] is False


def test_a_refuge_with_many_messages_from_one_address_is_heard_and_a_flood_is_not():
    apart = [send(message="Room " + "a" * n)[0] for n in range(PER_ADDRESS + 2)]
    assert apart == [False] * PER_ADDRESS + [True] * 2
    assert send(address="192.0.2.7", message="From elsewhere")[0] is False


def test_one_text_from_everywhere_is_set_apart_after_a_few():
    apart = [send(address=f"192.0.2.{n}", message=LONG + "!" * n)[0] for n in range(REPEATS + 2)]
    assert apart == [False] * REPEATS + [True] * 2


def test_an_office_may_send_one_text_for_each_of_its_cases():
    apart = [send(post=make_professional_post, to=WORK, message=f"{LONG} Case 24/{n}")[0] for n in range(REPEATS + 2)]
    assert not any(apart)


def test_different_texts_from_everywhere_that_lead_to_one_site_are_set_apart_after_a_few():
    def lead(n: int, words: str = "") -> bool:
        return send(address=f"192.0.2.{n}", message=f"Buy {chr(97 + n)} https://deal.example/{n} {words}")[0]

    assert [lead(n) for n in range(SENDERS + 2)] == [False] * SENDERS + [True] * 2
    assert lead(13, "with words " * FEW_WORDS) is False


def test_many_links_to_one_site_from_one_address_are_no_flood():
    apart = [send(message=f"The file {'a' * n} https://files.example/{n}")[0] for n in range(SENDERS + 5)]
    assert not any(apart)


def test_an_address_that_replays_a_page_is_set_apart_from_then_on():
    post, address = make_enquiry_post(), "192.0.2.9"
    client = Client(REMOTE_ADDR=address)
    for n in range(REPLAYS + 1):
        assert send(address=address, message="Before that " + "a" * n)[0] is False
        client.post(NEW, post | {"message": f"{n}"})
    assert send(address=address, message="After that")[0] is True
    assert send(address="192.0.2.10", message="Of somebody else")[0] is False


def test_what_is_counted_holds_nothing_that_was_typed():
    send(message=f"{LONG} https://deal.example/", address="192.0.2.1")
    rows = " ".join(map(str, RateHit.objects.values_list()))
    assert not any(typed in rows for typed in ("investors", "deal.example", "192.0.2.1"))
