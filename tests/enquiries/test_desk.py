"""The desk in the admin: what the list shows, what opening an enquiry leaves behind, who may do what."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import Job
from core.transitions import Transition, WrongState
from enquiries.models import Enquiry, EnquiryEvent
from enquiries.services import change_state
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
        reply_by="email", email="p@example.org", may_leave_message=True, may_say_who=True, safe_times="Mondays"
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


def test_an_enquiry_is_read_closed_and_opened_again_each_on_record():
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry", "change_enquiry")
    for to, state in [("read", "open"), ("close", "closed"), ("reopen", "open")]:
        page = client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": to}, follow=True)
        assert str(enquiry) in text_of(page)
        enquiry.refresh_from_db()
        assert enquiry.state == state
        assert (enquiry.closed_at is not None) == (state == "closed")
    assert [kind for kind in kinds(enquiry) if kind != "opened"] == ["received", "read", "closed", "reopened"]
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("columns", "buttons"),
    [
        ({"state": "new"}, ["Mark as read", "Close"]),
        ({"state": "open"}, ["Close"]),
        ({"state": "closed", "closed_at": timezone.now()}, ["Open again"]),
        ({"is_quarantined": True}, ["A person sent this: release it", "Mark as read", "Close"]),
    ],
    ids=["new", "read", "closed", "quarantined"],
)
def test_the_desk_offers_only_what_the_state_allows(columns, buttons):
    enquiry = make_enquiry(columns=columns)
    client, _ = officer("view_enquiry", "change_enquiry")
    html = client.get(f"{LIST}{enquiry.reference}/change/").content.decode()
    names = re.findall(r'<button type="submit" name="transition" value="(\w+)">([^<]+)</button>', html)
    assert [label for _name, label in names] == buttons
    for name in set(TRANSITIONS) - {name for name, _label in names}:
        page = client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": name}, follow=True)
        assert "Somebody else changed it first" in text_of(page)
    assert set(kinds(enquiry)) == {"received", "opened"}


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
    enquiry = make_enquiry()
    client, _ = officer("view_enquiry", "change_enquiry")
    for _ in range(2):
        page = client.post(f"{LIST}{enquiry.reference}/transition/", {"transition": "close"}, follow=True)
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
    page = text_of(client.get(LIST, {"is_quarantined__exact": "1"}))
    assert str(quarantined) in page
    assert str(new) not in page


def test_the_list_says_in_words_what_is_restricted_or_quarantined():
    make_enquiry(columns={"is_restricted": True, "is_quarantined": True})
    client, _ = officer("view_enquiry", "view_restricted")
    assert "restricted, quarantined" in text_of(client.get(LIST))


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
