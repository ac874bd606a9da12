"""The answers of an enquiry, and the questions as the person saw them.

All of it is personal. So they are stored as one encrypted text (`Enquiry.sealed_answers`): a stolen database shows
neither which questions a person answered nor how long an answer is.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

# Spaces fill the text up to a multiple of this, so that its length says little.
PADDED_TO = 1024


class Who(models.TextChoices):
    FAMILY = "family", _("Parent, carer or relative")
    YOUNG = "young", _("Child or young person")
    PROFESSIONAL = "professional", _("Professional")
    OTHER = "other", _("Someone else")


class YesNo(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSURE = "unsure", _("I am not sure")


class Topic(models.TextChoices):
    FAMILY = "family", _("A child or a family")
    HELP = "help", _("Help or a service from us")
    COMPLAINT = "complaint", _("Something we did wrong")
    STAFF = "staff", _("Someone who works here")
    OTHER = "other", _("Something else")


class Service(models.TextChoices):
    SOCIAL_WORK = "social-work", _("Independent social work assessment")
    PSYCHOLOGY = "psychology", _("Psychological assessment")
    PSYCHIATRY = "psychiatry", _("Psychiatric assessment")
    THERAPY = "therapy", _("Therapy")
    FAMILY_SUPPORT = "family-support", _("Family support")
    LITIGATION = "litigation", _("Child abuse litigation expert report")
    UNSURE = "unsure", _("Something else, or I am not sure yet")


class Nation(models.TextChoices):
    ENGLAND = "england", _("England")
    WALES = "wales", _("Wales")
    SCOTLAND = "scotland", _("Scotland")
    NORTHERN_IRELAND = "northern-ireland", _("Northern Ireland")


class Law(models.TextChoices):
    PUBLIC = "public", _("Public law")
    PRIVATE = "private", _("Private law")
    NONE = "none", _("Not a court matter, or I am not sure")


class Funding(models.TextChoices):
    LEGAL_AID = "legal-aid", _("Legal aid")
    AUTHORITY = "authority", _("Local authority")
    PARTIES = "parties", _("The parties, in shares")
    PRIVATE = "private", _("Privately")
    OPEN = "open", _("Not agreed yet")


class ReplyBy(models.TextChoices):
    EMAIL = "email", _("By email")
    PHONE = "phone", _("By phone call")
    TEXT = "text", _("By text message")
    POST = "post", _("By post, through a professional I know")
    NONE = "none", _("Do not contact me: I will contact you")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as this person saw it, and the answer in words: empty when it was left out."""

    name: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of one enquiry. Dates are ISO text. A question that was not asked or answered is empty.

    `asked` has the questions that this person was asked, in their order. Staff read those, whatever the form asks by
    then; enquiries from before it was stored have none (`questions.asked`).
    """

    who: str
    message: str
    # Could a child be hurt soon? "yes", "no" or "unsure".
    at_risk: str = ""
    topic: str = ""
    is_about_staff: bool = False

    # The form asks these no longer. Older enquiries have them.
    relation: str = ""
    involved: str = ""

    organisation: str = ""
    job: str = ""
    services: tuple[str, ...] = ()
    nation: str = ""
    law: str = ""
    hearing_on: str = ""
    report_by: str = ""
    # What the court wants to hear of an expert: Family Procedure Rules, Practice Direction 25C.
    question: str = ""
    timetable: str = ""
    parties: str = ""
    funding: str = ""

    name: str = ""
    reply_by: str
    email: str = ""
    wants_confirmation: bool = False
    phone: str = ""
    post_via: str = ""
    safe_times: str = ""
    may_leave_message: bool = False
    may_say_who: bool = False
    other_contact: str = ""

    # The path of our own page that led to the form.
    asked_from: str = ""
    # In other words the answers are no others, so an enquiry sent twice is still one.
    asked: tuple[Asked, ...] = field(default=(), compare=False)

    def to_text(self) -> str:
        """Write ASCII, so that the character set of the database never matters.

        A text stands there once: the answer to a question is left out where it is the text itself.
        """
        stored = asdict(self)
        for asked in stored["asked"]:
            if asked["answer"] == stored.get(asked["name"]):
                del asked["answer"]
        text = json.dumps(stored, separators=(",", ":"))
        return text.ljust(-(-len(text) // PADDED_TO) * PADDED_TO)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Ignore questions that the form no longer asks. Leave new ones unanswered."""
        stored = json.loads(text)
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        asked = [Asked(**{"answer": stored.get(each["name"], "")} | each) for each in stored.get("asked", ())]
        return cls(**known | {"services": tuple(stored.get("services", ())), "asked": tuple(asked)})
