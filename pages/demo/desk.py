"""Fills the duty desk of the demonstration: teams, rules, a closure, and enquiries that invented people wrote."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core import encryption
from core.models import Job
from enquiries.answers import Answers
from enquiries.models import Closure, Enquiry, FormText, RoutingRule, Team
from enquiries.notices import NOTICE
from enquiries.services import receive_enquiry

State = Enquiry.State


def load_desk(content: dict[str, Any]) -> None:
    for row in content["teams"]:
        Team.objects.create(**row)
    for row in content["rules"]:
        team = Team.objects.get(name=row.pop("team")) if "team" in row else None
        RoutingRule.objects.create(team=team, **row)
    for row in content["texts"]:
        FormText.objects.create(is_shown=True, **row)
    for row in content["closures"]:
        Closure.objects.create(**row)
    if encryption.is_ready():
        for number, row in enumerate(content["enquiries"]):
            _load_enquiry(number, **row)
        # Nobody is told of what nobody wrote.
        Job.objects.filter(kind=NOTICE).delete()


def _load_enquiry(
    number: int, *, answers: dict[str, Any], minutes_ago: int, state: str = State.NEW, is_quarantined: bool = False
) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    services = tuple(answers.pop("services", ()))
    enquiry = receive_enquiry(
        answers=Answers(services=services, **answers),
        nonce=f"demonstration-{number}",
        address="demonstration",
        quarantine_reason=Enquiry.QuarantineReason.LINKS if is_quarantined else "",
        at=at,
    )
    values: dict[str, Any] = {"state": state, "told_at": at}
    if state != State.NEW:
        values |= {"first_opened_at": at + timedelta(hours=1), "first_answered_at": at + timedelta(hours=2)}
    if state == State.WAITING:
        values |= {"waiting_until": timezone.localdate() + timedelta(days=7)}
    if state == State.CLOSED:
        values |= {"closed_at": at + timedelta(hours=3), "outcome": Enquiry.Outcome.ANSWERED}
    Enquiry.objects.filter(pk=enquiry.pk).update(**values)
