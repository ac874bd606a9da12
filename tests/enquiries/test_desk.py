"""The desk in the admin: what the list shows, what opening an enquiry leaves behind, who may do what."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import Job
from core.transitions import Transition, WrongState
from enquiries.desk import notice_of
from enquiries.models import Enquiry, EnquiryEvent
from enquiries.services import change_state, open_enquiry
from enquiries.transitions import TRANSITIONS
from tests.factories import make_enquiry, make_staff
from tests.html import text_of

LIST = "/admin/enquiries/enquiry/"

pytestmark = pytest.mark.django_db


def officer(*names: str) -> tuple[Client, User]:
    """A browser in which somebody with exactly these permissions is signed in."""
    user = make_staff(is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="enquiries", codename__in=names))
    client = Client()
    client.force_login(user)
    return client, user


def kinds(enquiry: Enquiry) -> list[str]:
    return list(enquiry.events.values_list("kind", flat=True))


def test_the_list_shows_references_and_nobody():
    client, _ = officer("view_enquiry")
    enquiry = make_enquiry(name="Canary", message="canary", reply_by="phone", phone="01632 960 999")
    page = client.get(LIST)
    assert str(enquiry) in text_of(page)
    assert "anary" not in page.content.decode()
    assert "960 999" not in page.content.decode()
    assert kinds(enquiry) == ["received"]


def test_opening_an_enquiry_is_recorded_and_shows_safe_contact_first():
    client, user = officer("view_enquiry")
    enquiry = make_enquiry(
        name="Robin", message="a <b>message</b>\r\n  indented", reply_by="phone", phone="01632 960 999"
    )
    page = client.get(f"{LIST}{enquiry.reference}/change/")
    html = page.content.decode()
    assert page.status_code == 200
    assert kinds(enquiry) == ["received", "opened"]
    assert enquiry.events.last().by == user
    assert (
        html.index("Safe contact") < html.index("Who asks") < html.index("a &lt;b&gt;message&lt;/b&gt;\r\n  indented")
    )
    assert "Leave no message" in text_of(page)
    assert "Introduce yourself only by first name" in text_of(page)
    assert re.search(r"<title>([^<]*)</title>", html)[1].startswith(str(enquiry))


def test_allowed_ways_of_contact_are_shown_as_allowed():
    client, _ = officer("view_enquiry")
    enquiry = make_enquiry(
        reply_by="phone", phone="01632 960 999", may_leave_message=True, may_say_who=True, safe_times="Mondays"
    )
    page = client.get(f"{LIST}{enquiry.reference}/change/")
    assert "You may leave a message." in text_of(page)
    assert "Mondays" in text_of(page)
    assert "is-warning" not in page.content.decode()


def test_an_enquirer_who_wants_no_contact_is_shown_so():
    client, _ = officer("view_enquiry")
    page = client.get(f"{LIST}{make_enquiry(reply_by='none').reference}/change/")
    assert "Do not contact" in text_of(page)


def test_a_professionals_answers_are_all_there():
    client, _ = officer("view_enquiry")
    enquiry = make_enquiry(
        who="professional", organisation="Meadow and Lane", services=("therapy",), nation="wales", law="private",
        hearing_on="2031-10-14", report_by="2031-09-30", reply_by="post", post_via="Dr Green",
    )  # fmt: skip
    page = text_of(client.get(f"{LIST}{enquiry.reference}/change/"))
    for words in ("Meadow and Lane", "Therapy", "Wales", "Private law", "Tuesday 14 October 2031", "Dr Green"):
        assert words in page


def test_an_enquiry_is_not_shown_when_opening_it_cannot_be_recorded():
    client, _ = officer("view_enquiry")
    enquiry = make_enquiry(message="canary")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE enquiries_enquiryevent RENAME TO away")
    client.raise_request_exception = False
    page = client.get(f"{LIST}{enquiry.reference}/change/")
    assert page.status_code >= 500
    assert "canary" not in page.content.decode()


def test_enquiries_about_our_staff_are_for_the_lead_alone():
    enquiry = make_enquiry(is_about_staff=True, message="canary")
    client, user = officer("view_enquiry", "change_enquiry")
    assert str(enquiry) not in text_of(client.get(LIST))
    assert client.get(f"{LIST}{enquiry.reference}/change/").status_code == 404
    assert client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "close"}).status_code == 404
    refused = enquiry.events.last()
    assert (refused.kind, refused.by) == ("refused", user)
    lead, _ = officer("view_enquiry", "view_restricted")
    assert str(enquiry) in text_of(lead.get(LIST))
    assert "canary" in text_of(lead.get(f"{LIST}{enquiry.reference}/change/"))


def test_nobody_changes_the_state_of_what_they_may_not_see():
    enquiry = make_enquiry(is_about_staff=True)
    _client, user = officer("view_enquiry", "change_enquiry")
    with pytest.raises(WrongState):
        change_state(transition="close", reference=enquiry.reference, by=user)
    enquiry.refresh_from_db()
    assert enquiry.state == "new"
    assert kinds(enquiry) == ["received"]


def test_the_desk_needs_a_permission_and_a_sign_in():
    enquiry = make_enquiry(message="canary")
    client, _ = officer()
    for address in (LIST, f"{LIST}{enquiry.reference}/change/"):
        assert client.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    assert client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "close"}).status_code == 403
    assert kinds(enquiry) == ["received"]


def test_whoever_may_only_look_cannot_change_an_enquiry():
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry")
    assert "Mark as read" not in text_of(client.get(f"{LIST}{enquiry.reference}/change/"))
    assert client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "read"}).status_code == 403
    enquiry.refresh_from_db()
    assert enquiry.state == "new"


def press(client: Client, enquiry: Enquiry, name: str, **fields: str):
    address = f"{LIST}{enquiry.reference}/transition/"
    page = client.post(address, {"transition": name} | fields, follow=True)
    enquiry.refresh_from_db()
    return page


def test_an_enquiry_is_taken_answered_closed_and_opened_again_each_on_record():
    enquiry = make_enquiry()
    client, user = officer("view_enquiry", "change_enquiry")
    for name, fields, state in [
        ("take", {}, "open"),
        ("answer", {}, "open"),
        ("wait", {"waiting_until": f"{timezone.localdate() + timedelta(days=3)}"}, "waiting"),
        ("close", {"outcome": "referred"}, "closed"),
        ("reopen", {}, "open"),
    ]:
        page = press(client, enquiry, name, **fields)
        assert str(enquiry) in text_of(page)
        assert enquiry.state == state
        assert (enquiry.closed_at is not None) == (state == "closed")
    assert enquiry.owner == user
    assert enquiry.first_answered_at is not None
    # Five pages were loaded, and the record has one opening.
    done = ["taken", "opened", "answered", "waiting", "closed", "reopened"]
    assert kinds(enquiry) == ["received", *done]
    assert not LogEntry.objects.exists()


def test_opening_is_recorded_once_a_sitting_and_again_the_next():
    enquiry = make_enquiry()
    client, user = officer("view_enquiry")
    for _ in range(3):
        client.get(f"{LIST}{enquiry.reference}/change/")
    assert kinds(enquiry).count("opened") == 1
    open_enquiry(reference=enquiry.reference, by=make_staff())
    open_enquiry(reference=enquiry.reference, by=user, at=timezone.now() + timedelta(minutes=31))
    assert kinds(enquiry).count("opened") == 3


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("close", {}, "Choose how it ended"),
        ("close", {"outcome": "elsewhere"}, "Select a valid choice"),
        ("close", {"outcome": "spam"}, "Select a valid choice"),
        ("wait", {}, "Choose the day until which it waits."),
        ("wait", {"waiting_until": "2020-01-01"}, "Choose a day after today."),
    ],
)
def test_nothing_is_closed_without_an_outcome_or_waits_without_a_day(name, fields, words):
    enquiry = make_enquiry(columns={"state": "open"})
    client, _ = officer("view_enquiry", "change_enquiry")
    assert words in text_of(press(client, enquiry, name, **fields))
    assert enquiry.state == "open"


def test_a_new_enquiry_is_not_closed_before_somebody_took_it():
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry", "change_enquiry")
    assert "Somebody else changed it first" in text_of(press(client, enquiry, "close", outcome="answered"))
    assert enquiry.state == "new"


def test_what_may_come_from_a_program_is_read_only_by_whoever_asks_to():
    enquiry = make_enquiry(message="canary", columns={"is_quarantined": True})
    client, _ = officer("view_enquiry", "change_enquiry")
    page = client.get(f"{LIST}{enquiry.reference}/change/")
    assert "canary" not in page.content.decode()
    assert "Many links" in text_of(page)
    assert kinds(enquiry) == ["received"]
    assert client.get(f"{LIST}{enquiry.reference}/look/").status_code == 405
    assert "canary" in text_of(client.post(f"{LIST}{enquiry.reference}/look/", follow=True))
    assert kinds(enquiry) == ["received", "opened"]


def test_what_a_program_sent_is_closed_as_such_unread():
    enquiry = make_enquiry(columns={"is_quarantined": True})
    client, _ = officer("view_enquiry", "change_enquiry")
    for name in ("close", "take", "answer"):
        press(client, enquiry, name, outcome="answered")
        assert enquiry.state == "new"
    press(client, enquiry, "discard")
    assert (enquiry.state, enquiry.outcome) == ("closed", "spam")


def test_whoever_restricts_an_enquiry_loses_sight_of_it_and_the_lead_is_told(settings):
    settings.LEAD_EMAIL, settings.STAFF_EMAIL = ["lead@example.org"], ["duty@example.org"]
    enquiry = make_enquiry()
    Job.objects.all().delete()
    client, _ = officer("view_enquiry", "change_enquiry")
    client.get(f"{LIST}{enquiry.reference}/change/")
    page = press(client, enquiry, "restrict")
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == LIST
    assert enquiry.is_restricted
    assert client.get(f"{LIST}{enquiry.reference}/change/").status_code == 404
    assert Job.objects.filter(kind="enquiries.notice").count() == 1
    assert enquiry.first_opened_at is None


def test_a_solicitor_who_chose_email_gets_no_warning():
    client, _ = officer("view_enquiry")
    enquiry = make_enquiry(who="professional", organisation="Meadow", reply_by="email", email="s@example.org")
    html = client.get(f"{LIST}{enquiry.reference}/change/").content.decode()
    assert "is-warning" not in html
    assert "message, with anybody" not in html


def test_after_a_week_the_desk_asks_whether_the_way_is_still_safe():
    client, _ = officer("view_enquiry")
    for days, is_asked in [(1, False), (8, True)]:
        enquiry = make_enquiry(at=timezone.now() - timedelta(days=days))
        page = text_of(client.get(f"{LIST}{enquiry.reference}/change/"))
        assert ("Is it still safe?" in page) == is_asked


def test_a_notice_that_fails_is_said_to_fail(settings):
    settings.STAFF_EMAIL = ["duty@example.org"]
    enquiry = make_enquiry()
    Job.objects.update(error="SMTPDataError 554")
    client, _ = officer("view_enquiry")
    # Before it is opened: the list and the start page say so too.
    assert "SMTPDataError 554" in notice_of(enquiry)
    client.get(f"{LIST}{enquiry.reference}/change/")
    enquiry.refresh_from_db()
    assert notice_of(enquiry) == ""


@pytest.mark.parametrize(
    ("queue", "found"),
    [
        ("", "new mine at-risk back overdue"),
        ("new", "new at-risk overdue"),
        ("mine", "mine"),
        ("waiting", "waiting"),
        ("overdue", "overdue"),
        ("spam", "spam"),
        ("closed", "closed"),
        ("held", "closed"),
        ("elsewhere", "new mine at-risk back overdue"),
    ],
)
def test_each_queue_has_its_enquiries_and_says_how_many(queue, found):
    client, user = officer("view_enquiry")
    today, now = timezone.localdate(), timezone.now()
    made = {
        "new": make_enquiry(),
        "mine": make_enquiry(columns={"state": "open", "owner": user}),
        "at-risk": make_enquiry(at_risk="yes"),
        "waiting": make_enquiry(columns={"state": "waiting", "waiting_until": today + timedelta(days=1)}),
        "back": make_enquiry(columns={"state": "waiting", "waiting_until": today}),
        "overdue": make_enquiry(at=now - timedelta(days=9)),
        "spam": make_enquiry(columns={"is_quarantined": True}),
        "closed": make_enquiry(columns={"state": "closed", "is_held": True}),
        "restricted": make_enquiry(is_about_staff=True),
    }
    page = text_of(client.get(LIST, {"queue": queue} if queue else {}))
    assert {name for name, enquiry in made.items() if str(enquiry) in page} == set(found.split())
    if queue in {"new", "mine"}:
        assert f"{queue.title()} ({len(found.split())})" in page
    assert "Restricted (" not in page


def test_the_most_urgent_enquiry_stands_first_and_then_who_waits_longest():
    client, _ = officer("view_enquiry")
    ordinary = make_enquiry()
    day = timezone.localdate() + timedelta(days=5)
    hearing = make_enquiry(who="professional", hearing_on=day.isoformat())
    child = make_enquiry(at_risk="yes")
    page = text_of(client.get(LIST))
    assert page.index(str(child)) < page.index(str(hearing)) < page.index(str(ordinary))
    hearing.refresh_from_db()
    assert hearing.urgent_week == day - timedelta(days=day.weekday())
    assert f"Date within a week (week of {hearing.urgent_week:%-d %B})" in page


@pytest.mark.parametrize(
    ("columns", "buttons"),
    [
        ({"state": "new"}, ["take", "restrict"]),
        ({"state": "open"}, ["take", "answer", "wait", "close", "restrict"]),
        ({"state": "closed"}, ["reopen"]),
        ({"is_quarantined": True}, ["release", "discard"]),
    ],
    ids=["new", "open", "closed", "quarantined"],
)
def test_the_desk_offers_only_what_the_state_allows(columns, buttons):
    enquiry = make_enquiry(columns=columns)
    client, _ = officer("view_enquiry", "change_enquiry")
    html = client.get(f"{LIST}{enquiry.reference}/change/").content.decode()
    names = re.findall(r'<button type="submit" name="transition" value="(\w+)">', html)
    assert names == buttons
    day = f"{timezone.localdate() + timedelta(days=3)}"
    for name in set(TRANSITIONS) - set(names):
        page = press(client, enquiry, name, outcome="answered", waiting_until=day)
        assert "Somebody else changed it first" in text_of(page)
    assert set(kinds(enquiry)) <= {"received", "opened"}


def test_a_new_transition_has_its_button_event_and_message(monkeypatch):
    skip = Transition(
        button="Put aside", success="%(row)s is put aside.", event="closed", event_label="Put aside",
        allowed_from={"state": ["new"]}, changes=lambda at: {"state": "closed", "closed_at": at, "outcome": "answered"},
    )  # fmt: skip
    monkeypatch.setitem(TRANSITIONS, "skip", skip)
    enquiry = make_enquiry()
    client, user = officer("view_enquiry", "change_enquiry")
    assert "Put aside" in text_of(client.get(f"{LIST}{enquiry.reference}/change/"))
    page = client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "skip"}, follow=True)
    assert f"{enquiry} is put aside." in text_of(page)
    assert "Put aside" not in text_of(page).partition("What happened")[0].partition("put aside.")[2]
    assert list(enquiry.events.filter(kind="closed").values_list("by", flat=True)) == [user.pk]


def test_a_button_pressed_twice_acts_once():
    enquiry = make_enquiry(columns={"state": "open"})
    client, _ = officer("view_enquiry", "change_enquiry")
    for _ in range(2):
        page = press(client, enquiry, "close", outcome="answered")
    assert "Somebody else changed it first" in text_of(page)
    assert kinds(enquiry).count("closed") == 1


def test_only_a_known_transition_sent_by_post_changes_the_state():
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry", "change_enquiry")
    assert client.get(f"{LIST}{enquiry.reference}/transition/", {"transition": "close"}).status_code == 405
    assert client.post(f"{LIST}{enquiry.reference}/change/", {"state": "closed"}).status_code == 405
    assert client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "elsewhere"}).status_code == 404
    enquiry.refresh_from_db()
    assert enquiry.state == "new"


def test_a_quarantined_enquiry_can_be_released():
    enquiry = make_enquiry(columns={"is_quarantined": True})
    client, _ = officer("view_enquiry", "change_enquiry")
    page = client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "release"}, follow=True)
    assert "out of quarantine" in text_of(page)
    enquiry.refresh_from_db()
    assert not enquiry.is_quarantined


def test_a_closed_enquiry_is_not_released_and_tells_nobody(staff):
    enquiry = make_enquiry(columns={"is_quarantined": True, "state": "closed", "closed_at": timezone.now()})
    Job.objects.all().delete()
    with pytest.raises(WrongState):
        change_state(transition="release", reference=enquiry.reference, by=make_staff())
    assert not Job.objects.exists()


def test_enquiries_cannot_be_added_or_deleted_in_the_admin(staff):
    enquiry = make_enquiry()
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{enquiry.reference}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"{LIST}{enquiry.reference}/history/").status_code == 404
    assert staff.get(f"{LIST}ZZ9ZZ9ZZ/change/").status_code == 404
    assert Enquiry.objects.count() == 1


def test_search_finds_references_and_not_messages():
    first, second = make_enquiry(message="canary"), make_enquiry()
    client, _ = officer("view_enquiry")
    page = text_of(client.get(LIST, {"q": f"{first}".lower().replace("-", " ")}))
    assert str(first) in page
    assert str(second) not in page
    assert str(first) not in text_of(client.get(LIST, {"q": "canary"}))


@pytest.mark.parametrize(
    "query", ["sealed_answers__startswith=v1", "token_nonce__startswith=n", "events__by__password__startswith=p"]
)
def test_the_list_cannot_be_probed_through_its_address(query):
    make_enquiry()
    client, _ = officer("view_enquiry")
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 400


def test_the_list_can_be_narrowed_to_what_is_new_or_quarantined():
    new, quarantined = make_enquiry(), make_enquiry(columns={"is_quarantined": True})
    client, _ = officer("view_enquiry")
    page = text_of(client.get(LIST, {"queue": "spam"}))
    assert str(quarantined) in page
    assert str(new) not in page


def test_the_list_says_in_words_what_is_restricted_or_quarantined():
    make_enquiry(columns={"is_restricted": True, "is_quarantined": True})
    client, _ = officer("view_enquiry", "view_restricted")
    assert "restricted, quarantined" in text_of(client.get(LIST, {"queue": "spam"}))


def test_an_enquiry_whose_key_is_gone_says_so(settings):
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry")
    settings.FIELD_KEYS = []
    page = client.get(f"{LIST}{enquiry.reference}/change/")
    assert page.status_code == 200
    assert "cannot be read" in text_of(page)


def test_an_event_has_no_room_for_words():
    columns = {field.name: type(field).__name__ for field in EnquiryEvent._meta.get_fields()}
    free = {name for name, kind in columns.items() if kind in {"TextField", "JSONField", "BinaryField"}}
    limited = {field.name: field.max_length for field in EnquiryEvent._meta.concrete_fields if field.max_length}
    assert free == set()
    assert max(limited.values()) <= 20, limited
