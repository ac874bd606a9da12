"""Where an enquiry goes as it comes in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.models import RateHit
from enquiries.answers import Answers
from enquiries.models import Enquiry, RoutingRule, Team
from enquiries.models.team import default_team
from enquiries.routing import has_words, matches, route
from tests.factories import make_enquiry, make_enquiry_post, sign_in_as

pytestmark = pytest.mark.django_db


def make_rule(team: str = "Elsewhere", **fields) -> RoutingRule:
    fields = {"name": f"Rule {RoutingRule.objects.count()}", "position": 5} | fields
    return RoutingRule.objects.create(team=Team.objects.get_or_create(name=team)[0], **fields)


def answers(**fields) -> Answers:
    return Answers(**{"who": "family", "message": "We need somebody.", "reply_by": "none"} | fields)


@pytest.mark.parametrize(
    ("conditions", "fitting", "other"),
    [
        ({"audience": "professionals"}, {"who": "professional"}, {"who": "young"}),
        ({"who": "young"}, {"who": "young"}, {"who": "family"}),
        ({"service": "therapy"}, {"services": ("unsure", "therapy")}, {"services": ("psychology",)}),
        ({"nation": "wales"}, {"nation": "wales"}, {"nation": ""}),
        ({"topic": "complaint"}, {"topic": "complaint"}, {"topic": "help"}),
        ({"asked_from": "/services/"}, {"asked_from": "/services/therapy/"}, {"asked_from": "/about/"}),
        ({"words": "press\nfreedom of information"}, {"message": "The PRESS asked"}, {"message": "We are depressed"}),
        ({"words": "press\nfreedom of information"}, {"message": "freedom\nof  information"}, {"message": "freedom"}),
        ({"words": "complaint"}, {"question": "A complaint."}, {"question": "No complaints"}),
        ({"is_about_staff": True}, {"is_about_staff": True}, {}),
        ({"is_at_risk": True}, {"at_risk": "yes"}, {"at_risk": "unsure"}),
        ({"who": "young", "is_at_risk": True}, {"who": "young", "at_risk": "yes"}, {"at_risk": "yes"}),
    ],
)
def test_a_rule_matches_when_every_condition_holds(conditions, fitting, other):
    rule = make_rule(**conditions)
    assert matches(rule, answers(**fitting))
    assert not matches(rule, answers(**other))


def test_an_enquiry_goes_where_the_first_rule_that_matches_says():
    make_rule("Second", words="journalist", position=8)
    make_rule("First", words="journalist", position=7, least_urgency=Enquiry.Urgency.SOON, promised_hours=2)
    make_rule("Not in use", words="journalist", position=6, is_active=False)
    at = timezone.now()
    enquiry = make_enquiry(at=at, message="A journalist rang me.")
    assert (enquiry.team.name, enquiry.urgency) == ("First", Enquiry.Urgency.SOON)
    # Two hours at the desk end before the next working day does.
    assert enquiry.answer_by < make_enquiry(at=at).answer_by


def test_what_no_rule_sends_elsewhere_goes_to_the_first_team():
    make_rule(words="journalist")
    assert make_enquiry().team_id == default_team()


def test_what_is_about_our_own_staff_goes_to_the_team_of_the_lead():
    assert make_enquiry(is_about_staff=True).team.name == "Safeguarding"


def test_a_rule_whose_team_was_deleted_sends_to_the_first_team():
    make_rule("Press", words="journalist")
    Team.objects.get(name="Press").delete()
    assert make_enquiry(message="A journalist rang.").team_id == default_team()


def test_a_rule_that_cannot_be_applied_holds_up_nothing():
    team = Team.objects.create(name="Next")
    faulty = [RoutingRule(words=None, team=team), RoutingRule(asked_from=None, team=team)]
    sound = RoutingRule(words="journalist", team=team)
    assert route(answers(message="A journalist"), rules=[*faulty, sound]).rule is sound
    assert route(answers(), rules=faulty).team_id == default_team()


@given(words=st.text(max_size=60), message=st.text(max_size=200))
def test_no_words_of_a_rule_break_the_search(words, message):
    if words.strip():
        has_words(words, message)


def test_words_are_found_quickly_in_a_hostile_message():
    # Each of these would take minutes by a pattern that goes back and forth.
    assert not has_words("a a a a a a a a b\n" * 20, "a " * 50_000)


def test_a_rule_without_a_condition_is_refused_with_a_reason():
    with pytest.raises(ValidationError, match="at least one condition"):
        RoutingRule(name="Everything", words=" \n").full_clean()


def test_staff_see_where_an_example_would_go_and_nothing_of_it_is_kept():
    make_rule("Press", name="Press and media", words="journalist", least_urgency=1)
    client = sign_in_as("Enquiries officer")
    address = "/admin/enquiries/routingrule/try/"
    assert 'href="/admin/enquiries/routingrule/try/"' in client.get("/admin/enquiries/routingrule/").content.decode()
    before = RateHit.objects.count()
    example = {"who": "family", "message": "canary: a journalist rang"}
    response = client.post(address, example)
    page = response.content.decode()
    assert ("Press and media" in page, "Date within a month" in page) == (True, True)
    assert "no-store" in response["Cache-Control"]
    assert "none: the first team" in client.post(address, example | {"message": "Hello"}).content.decode()
    assert not Enquiry.objects.exists()
    assert RateHit.objects.count() == before
    assert sign_in_as("Editor").get(address).status_code == 403


def test_a_team_with_enquiries_and_the_last_team_cannot_be_deleted(staff):
    first, lead = Team.objects.order_by("pk")
    empty = Team.objects.create(name="Empty")
    enquiry = make_enquiry(is_about_staff=True)

    def attempt(*teams: Team) -> str:
        chosen = {"action": "delete_selected", "_selected_action": [team.pk for team in teams], "post": "yes"}
        return staff.post("/admin/enquiries/team/", chosen, follow=True).content.decode()

    page = attempt(lead)
    assert "Safeguarding has enquiries." in page
    # Django's own page would name them.
    assert str(enquiry) not in page
    assert "One team must stay" in attempt(first, lead, empty)
    staff.post(f"/admin/enquiries/team/{lead.pk}/delete/", {"post": "yes"})
    attempt(empty)
    assert set(Team.objects.all()) == {first, lead}


def test_a_line_that_is_no_mail_address_is_named_by_its_number():
    with pytest.raises(ValidationError, match="Line 2"):
        Team(name="Press", mail_addresses="press@example.org\npress at example.org").full_clean()
    Team(name="Press", mail_addresses="press@example.org\n\n b@example.org ").full_clean()


def test_the_form_stores_where_it_goes(client):
    make_rule("Press", words="journalist", promised_hours=4)
    post = make_enquiry_post(message="A journalist rang me.")
    assert client.post(reverse("enquiries:new"), post).status_code == 303
    enquiry = Enquiry.objects.get()
    assert enquiry.team.name == "Press"
    assert enquiry.answer_by - enquiry.received_at < timedelta(days=6)
