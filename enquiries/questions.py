"""Every question of the form, in the words of each of its ways, in the order in which they are asked.

The form, its parts, the page to check the answers and what the desk shows follow from this table. A new question is an
entry here and a field of `Answers`; its words are those of the ways that ask it. Families are asked six questions at
most, and a question that only some answers call for (`follows`) belongs to the one that it follows.
See docs/decisions/0015-ways-in.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from enquiries import fields
from enquiries.answers import Answers, Asked, Funding, Law, Nation, ReplyBy, Service, Topic, Who, YesNo
from enquiries.fields import INPUT, MEDIUM, SHORT, Text, Words

MESSAGE_LIMIT = 20_000


class Way(TextChoices):
    """The ways into the form. Each has an address of its own, which says nothing of the matter."""

    FAMILIES = "families", _("Families, and everybody")
    PLAIN = "plain", _("Children and young people, in the plainest words")
    WORK = "work", _("Professionals")


#: Who writes on a way that does not ask.
WHO = {Way.PLAIN: Who.YOUNG, Way.WORK: Who.PROFESSIONAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    titles: Mapping[Way, Text]


YOU = Part(titles={Way.FAMILIES: _("About you"), Way.PLAIN: _("About you"), Way.WORK: _("Your work")})
MATTER = Part(titles={Way.FAMILIES: _("What you need"), Way.PLAIN: _("What is going on"), Way.WORK: _("The case")})
REPLY = Part(titles={way: _("How we reach you") for way in Way})
PARTS = [YOU, MATTER, REPLY]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What shows once `question` is answered with one of `answers`: more questions, or a template with words.

    `css` is its class in static/css/forms.css, which shows it.
    """

    css: str
    question: str
    answers: frozenset[str]
    titles: Mapping[Way, Text]
    template: str = ""


def _in_all_ways(title: Text, *, plain: Text = "") -> dict[Way, Text]:
    return dict.fromkeys(Way, title) | {Way.PLAIN: plain or title}


YOUNG = FollowUp(
    css="conditional--young",
    question="who",
    answers=frozenset({Who.YOUNG}),
    titles=_in_all_ways(_("You can talk to someone today")),
    template="enquiries/_young.html",
)
CALL_NOW = FollowUp(
    css="conditional--at-risk",
    question="at_risk",
    answers=frozenset({YesNo.YES}),
    titles=_in_all_ways(_("Please call someone now")),
    template="enquiries/_call_now.html",
)
MAIL = FollowUp(
    css="conditional--email",
    question="reply_by",
    answers=frozenset({ReplyBy.EMAIL}),
    titles=_in_all_ways(_("Writing to you"), plain=_("Your email")),
)
CALL = FollowUp(
    css="conditional--phone",
    question="reply_by",
    answers=frozenset({ReplyBy.PHONE, ReplyBy.TEXT}),
    titles=_in_all_ways(_("Calling or texting you"), plain=_("Your phone")),
)
LETTER = FollowUp(
    css="conditional--post",
    question="reply_by",
    answers=frozenset({ReplyBy.POST}),
    titles=_in_all_ways(_("A letter through somebody else"), plain=_("A letter for you")),
)
YOU_CONTACT_US = FollowUp(
    css="conditional--none",
    question="reply_by",
    answers=frozenset({ReplyBy.NONE}),
    titles=_in_all_ways(_("You contact us")),
    template="enquiries/_you_contact_us.html",
)
SAFETY = FollowUp(
    css="conditional--reach",
    question="reply_by",
    answers=frozenset({ReplyBy.EMAIL, ReplyBy.PHONE, ReplyBy.TEXT, ReplyBy.POST}),
    titles=_in_all_ways(_("What is safe for you")),
)
FOLLOW_UPS = [YOUNG, CALL_NOW, MAIL, CALL, LETTER, YOU_CONTACT_US, SAFETY]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    name: str
    part: Part
    #: One of `enquiries.fields`.
    kind: Callable[[Words], forms.Field]
    #: Ways that are not here do not ask it.
    words: Mapping[Way, Words] = field(default_factory=dict)
    follows: FollowUp | None = None


_WHO_MISSING = _("Choose which of these fits you best")
_MESSAGE_HINT = _(
    "Leave out children’s full names, where they live and when they were born. If we need those, we ask you later, in "
    "a safer way."
)
_STAFF_HINT = _("Then only our safeguarding lead reads it.")
_NOT_ANSWERED = _("Choose how we may answer you")
_NO_EMAIL = _("Enter an email address, or choose another way to be answered")
_NO_PHONE = _("Enter a phone number, or choose another way to be answered")

QUESTIONS = [
    Question(
        name="who",
        part=YOU,
        kind=partial(fields.one_of, choices=Who),
        words={
            Way.FAMILIES: Words(
                _("Who are you?"),
                missing=_WHO_MISSING,
                options={
                    Who.FAMILY: _("Parent, carer or relative"),
                    Who.YOUNG: _("Child or young person"),
                    Who.OTHER: _("Someone else"),
                },
            ),
        },
    ),
    Question(
        name="organisation",
        part=YOU,
        kind=partial(fields.line, attrs=INPUT | {"autocomplete": "organization"}),
        words={Way.WORK: Words(_("Organisation"), missing=_("Enter the name of your organisation"))},
    ),
    Question(
        name="job",
        part=YOU,
        kind=partial(fields.line, attrs=MEDIUM | {"autocomplete": "organization-title"}),
        words={Way.WORK: Words(_("Job title"))},
    ),
    Question(
        name="name",
        part=YOU,
        kind=partial(fields.line, attrs=MEDIUM | {"autocomplete": "name"}),
        words={
            Way.PLAIN: Words(_("What can we call you?"), _("You can make up a name. Or leave this out.")),
            Way.WORK: Words(_("Your name")),
        },
    ),
    Question(
        name="at_risk",
        part=MATTER,
        kind=partial(fields.one_of, choices=YesNo),
        words={
            Way.FAMILIES: Words(_("Could a child be hurt soon?")),
            Way.PLAIN: Words(
                _("Could you, or someone else, get hurt soon?"),
                options={YesNo.YES: _("Yes"), YesNo.NO: _("No"), YesNo.UNSURE: _("I don’t know")},
            ),
            Way.WORK: Words(_("Is a child at risk of harm soon?")),
        },
    ),
    Question(
        name="services",
        part=MATTER,
        kind=partial(fields.several_of, choices=Service),
        words={
            Way.WORK: Words(
                _("Which services are you looking for?"),
                _("Choose all that apply."),
                missing=_("Choose at least one service"),
            )
        },
    ),
    Question(
        name="nation",
        part=MATTER,
        kind=partial(fields.one_of, choices=Nation),
        words={Way.WORK: Words(_("In which nation is the child?"), missing=_("Choose the nation the child is in"))},
    ),
    Question(
        name="law",
        part=MATTER,
        kind=partial(fields.one_of, choices=Law),
        words={
            Way.WORK: Words(
                _("Is this public or private law?"),
                missing=_("Choose public law, private law or neither"),
                hints={
                    Law.PUBLIC: _("A local authority brings the case"),
                    Law.PRIVATE: _("Between parents or relatives"),
                },
            )
        },
    ),
    Question(
        name="hearing_on",
        part=MATTER,
        kind=fields.typed_date,
        words={Way.WORK: Words(_("Next hearing"), _("For example %(day)s. Leave it empty if there is none."))},
    ),
    Question(
        name="report_by",
        part=MATTER,
        kind=fields.typed_date,
        words={Way.WORK: Words(_("Report needed by"), _("For example %(day)s."))},
    ),
    Question(
        name="timetable",
        part=MATTER,
        kind=partial(fields.paragraph, rows=2),
        words={
            Way.WORK: Words(
                _("Other dates in the timetable"), _("For example when the application for an expert is due.")
            )
        },
    ),
    Question(
        name="message",
        part=MATTER,
        kind=partial(fields.paragraph, rows=7, limit=MESSAGE_LIMIT, css="textarea"),
        words={
            Way.FAMILIES: Words(
                _("What would you like us to know?"), _MESSAGE_HINT, _("Write what you would like us to know")
            ),
            Way.PLAIN: Words(
                _("What do you want to tell us?"),
                _("A few words are fine. Leave out full names and where people live."),
                _("Write what you want to tell us"),
            ),
            Way.WORK: Words(
                _("What is the case about?"),
                _("A short background is enough. Leave out children’s full names, addresses and dates of birth."),
                _("Write what the case is about"),
            ),
        },
    ),
    Question(
        name="question",
        part=MATTER,
        kind=partial(fields.paragraph, rows=4, limit=MESSAGE_LIMIT),
        words={Way.WORK: Words(_("Questions for the expert"), _("A draft will do."))},
    ),
    Question(
        name="parties",
        part=MATTER,
        kind=partial(fields.paragraph, rows=2),
        words={
            Way.WORK: Words(
                _("Who are the parties?"),
                _("Their roles, not their names: for example mother, father, the child’s guardian."),
            )
        },
    ),
    Question(
        name="funding",
        part=MATTER,
        kind=partial(fields.one_of, choices=Funding),
        words={Way.WORK: Words(_("Who pays for the work?"))},
    ),
    Question(
        name="topic",
        part=MATTER,
        kind=partial(fields.one_of, choices=Topic),
        words={
            Way.FAMILIES: Words(_("What is it about?"), hints={Topic.STAFF: _STAFF_HINT}),
            Way.PLAIN: Words(
                _("What is it about?"),
                options={
                    Topic.FAMILY: _("Me, my family or a friend"),
                    Topic.HELP: _("I want to ask something"),
                    Topic.COMPLAINT: _("You did something wrong"),
                    Topic.STAFF: _("Someone who works here"),
                    Topic.OTHER: _("Something else"),
                },
                hints={Topic.STAFF: _("Then just one person reads it: the one who keeps children safe here.")},
            ),
        },
    ),
    Question(
        name="is_about_staff",
        part=MATTER,
        kind=fields.tick,
        words={Way.WORK: Words(_("This is about someone who works here"), _STAFF_HINT)},
    ),
    Question(
        name="reply_by",
        part=REPLY,
        kind=partial(fields.one_of, choices=ReplyBy),
        words={
            Way.FAMILIES: Words(_("How may we answer you?"), missing=_NOT_ANSWERED),
            Way.PLAIN: Words(
                _("How can we answer you?"),
                missing=_("Choose how we can answer you"),
                options={
                    ReplyBy.EMAIL: _("By email"),
                    ReplyBy.PHONE: _("By phone"),
                    ReplyBy.TEXT: _("By text"),
                    ReplyBy.POST: _("Through someone I trust, like a teacher"),
                    ReplyBy.NONE: _("Don’t. I will get in touch with you"),
                },
            ),
            Way.WORK: Words(
                _("How shall we answer you?"),
                missing=_NOT_ANSWERED,
                options={ReplyBy.EMAIL: _("By email"), ReplyBy.PHONE: _("By phone call")},
            ),
        },
    ),
    Question(
        name="email",
        part=REPLY,
        kind=fields.email,
        follows=MAIL,
        words={
            Way.FAMILIES: Words(
                _("Email address"),
                _("Use one that only you can read. Our answer will not repeat what you wrote."),
                _NO_EMAIL,
            ),
            Way.PLAIN: Words(
                _("Email address"),
                _("Use one that only you can read."),
                _("Write your email, or choose some other way"),
            ),
            Way.WORK: Words(_("Email address"), missing=_NO_EMAIL),
        },
    ),
    Question(
        name="wants_confirmation",
        part=REPLY,
        kind=fields.tick,
        follows=MAIL,
        words={
            Way.FAMILIES: Words(
                _("It is safe to send a short email to this address now"),
                _("It has a reference and nothing that you wrote. If you do not tick this, no email comes by itself."),
            ),
            Way.PLAIN: Words(
                _("You can send me a short email now"), _("It does not say what you wrote. Tick this if it is safe.")
            ),
            Way.WORK: Words(
                _("Send a short confirmation to this address now"), _("It has a reference and nothing that you wrote.")
            ),
        },
    ),
    Question(
        name="phone",
        part=REPLY,
        kind=partial(fields.line, attrs=SHORT | {"autocomplete": "tel", "inputmode": "tel"}),
        follows=CALL,
        words={
            Way.FAMILIES: Words(_("Phone number"), missing=_NO_PHONE),
            Way.PLAIN: Words(_("Phone number"), missing=_("Write your number, or choose some other way")),
            Way.WORK: Words(_("Phone number"), missing=_NO_PHONE),
        },
    ),
    Question(
        name="may_leave_message",
        part=REPLY,
        kind=fields.tick,
        follows=CALL,
        words={
            Way.FAMILIES: Words(
                _("You may leave a message"), _("If you do not tick this, we leave none, with anybody or on a machine.")
            ),
            Way.PLAIN: Words(_("You can leave a message"), _("If you do not tick this, we won’t leave one.")),
            Way.WORK: Words(_("You may leave a message")),
        },
    ),
    Question(
        name="safe_times",
        part=REPLY,
        kind=fields.line,
        follows=CALL,
        words={Way.WORK: Words(_("When can we reach you?"))},
    ),
    Question(
        name="post_via",
        part=REPLY,
        kind=partial(fields.paragraph, rows=3),
        follows=LETTER,
        words={
            Way.FAMILIES: Words(
                _("Who may hand you our letter?"),
                _("Their name and where they work, such as your doctor or your child’s school."),
                _("Enter the name and address of the person, or choose another way to be answered"),
            ),
            Way.PLAIN: Words(
                _("Who can give you our letter?"),
                _("Their name and where they work, like your school."),
                _("Write who can give you our letter, or choose some other way"),
            ),
        },
    ),
    Question(
        name="name",
        part=REPLY,
        kind=partial(fields.line, attrs=MEDIUM | {"autocomplete": "name"}),
        follows=SAFETY,
        words={
            Way.FAMILIES: Words(
                _("Your name"), _("A first name is enough. It need not be your real one, and you can leave it out.")
            ),
        },
    ),
    Question(
        name="safe_times",
        part=REPLY,
        kind=fields.line,
        follows=SAFETY,
        words={
            Way.FAMILIES: Words(
                _("When is it safe to reach you?"),
                _("For example weekdays from 10am to 2pm. Say also when it is not."),
            ),
            Way.PLAIN: Words(_("When is it safe?"), _("Like after school. Tell us when it is not safe, too.")),
        },
    ),
    Question(
        name="may_say_who",
        part=REPLY,
        kind=fields.tick,
        follows=SAFETY,
        words={
            Way.FAMILIES: Words(
                _("You may say who is calling or writing"),
                _("If you do not tick this, we give a first name only and do not say where we are from."),
            ),
            Way.PLAIN: Words(_("You can say who you are"), _("If you do not tick this, we just give a first name.")),
        },
    ),
    Question(
        name="other_contact",
        part=REPLY,
        kind=partial(fields.paragraph, rows=2),
        follows=SAFETY,
        words={
            Way.FAMILIES: Words(
                _("Is there someone else we may contact if we cannot reach you?"),
                _("Someone you trust: their name and how to reach them."),
            ),
            Way.PLAIN: Words(
                _("Is there someone else we can ask for you?"), _("Someone you trust. How can we reach them?")
            ),
        },
    ),
]

#: Asked no longer. Their words are for older enquiries.
RETIRED = [
    Question(
        name="relation",
        part=YOU,
        kind=fields.line,
        words={Way.FAMILIES: Words(_("How are you related to the child or children?"))},
    ),
    Question(
        name="involved",
        part=YOU,
        kind=partial(fields.one_of, choices=YesNo),
        words={Way.FAMILIES: Words(_("Is a social worker involved already?"))},
    ),
]


def questions_of(way: Way) -> Iterator[Question]:
    return (question for question in QUESTIONS if way in question.words)


def in_words(form_field: forms.Field, value: Any) -> str:
    """An answer as the person would say it; empty when there is none."""
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, date):
        return date_format(value, "l j F Y")
    options = dict(getattr(form_field, "choices", ()))
    values = value if isinstance(value, list | tuple) else [value or ""]
    return ", ".join(str(options.get(each, each)) for each in values)


def asked(answers: Answers) -> tuple[Asked, ...]:
    """The questions that this person was asked. Of an older enquiry: those answered, in today's words."""
    return answers.asked or tuple(_recalled(answers))


def _recalled(answers: Answers) -> Iterator[Asked]:
    way = next((way for way, who in WHO.items() if who == answers.who), Way.FAMILIES)
    # This way's own words come first, then those of other ways for what it asks no longer.
    known = {question.name: question for question in [*RETIRED, *QUESTIONS]}
    known |= {question.name: question for question in questions_of(way)}
    for name, question in known.items():
        words = question.words.get(way) or next(iter(question.words.values()))
        # With all the answers there ever were to choose from.
        words = replace(words, options={})
        form_field, value = question.kind(words), getattr(answers, name)
        if value and isinstance(form_field, fields.TypedDate):
            value = date.fromisoformat(value)
        if value:
            yield Asked(name, str(words.label), in_words(form_field, value))


def label_of(name: str) -> str:
    """What a question is called where staff see its answer by itself."""
    question = next(each for each in [*QUESTIONS, *RETIRED] if each.name == name)
    return str(next(iter(question.words.values())).label)


def part_of(name: str) -> Part:
    return next(each.part for each in [*QUESTIONS, *RETIRED] if each.name == name)
