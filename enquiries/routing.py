"""Decides where an enquiry goes as it comes in. A rule that cannot be applied never holds one up."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from enquiries.answers import Answers, Who
from enquiries.models import Enquiry, RoutingRule
from enquiries.models.team import default_team

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    team_id: int
    #: The enquiry is at least that urgent.
    urgency: int = Enquiry.Urgency.ORDINARY
    #: Hours at the desk, or None for what the form promises.
    promised_hours: int | None = None
    #: The rule that decided, if one did.
    rule: RoutingRule | None = None


def audience_of(answers: Answers) -> str:
    return Enquiry.Audience.PROFESSIONALS if answers.who == Who.PROFESSIONAL else Enquiry.Audience.FAMILIES


def route(answers: Answers, *, rules: Iterable[RoutingRule] | None = None) -> Route:
    """Return what the first rule that matches says. Without one the enquiry goes to the first team.

    `rules` are those in use, in order, unless given.
    """
    for rule in RoutingRule.objects.filter(is_active=True) if rules is None else rules:
        try:
            if matches(rule, answers):
                return Route(
                    team_id=rule.team_id or default_team(),
                    urgency=rule.least_urgency,
                    promised_hours=rule.promised_hours,
                    rule=rule,
                )
        except (TypeError, ValueError, AttributeError, re.error) as error:
            # What somebody wrote matters more than a rule. The next rules are asked.
            logger.error("a routing rule cannot be applied", exc_info=error, extra={"data": {"rule": rule.pk}})
    return Route(team_id=default_team())


def matches(rule: RoutingRule, answers: Answers) -> bool:
    """Say whether every condition that the rule sets holds."""
    return all(
        (
            rule.audience in {"", audience_of(answers)},
            rule.who in {"", answers.who},
            not rule.service or rule.service in answers.services,
            rule.nation in {"", answers.nation},
            rule.topic in {"", answers.topic},
            answers.asked_from.startswith(rule.asked_from),
            not rule.words.strip() or has_words(rule.words, f"{answers.message}\n{answers.question}"),
            answers.is_about_staff or not rule.is_about_staff,
            answers.at_risk == "yes" or not rule.is_at_risk,
        )
    )


def has_words(lines: str, text: str) -> bool:
    """Say whether a line's word or phrase stands in the text, whole, in any case and with any spaces between."""
    phrases = [r"\s+".join(map(re.escape, line.split())) for line in lines.splitlines() if line.strip()]
    return re.search(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", text, re.IGNORECASE) is not None
