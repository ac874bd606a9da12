"""Arranges the answers of an enquiry for staff. What keeps the enquirer safe comes first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enquiries.answers import Answers, ReplyBy
from enquiries.questions import REPLY, asked, label_of, part_of

# The name comes first, and the message has a place of its own.
ELSEWHERE = {"name", "message"}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    # The page emphasises what staff must not do.
    is_warning: bool = False


def safe_contact(answers: Answers) -> Iterator[Line]:
    """Say how to reach the enquirer, and what staff must not do."""
    reply_by = ReplyBy(answers.reply_by)
    if reply_by == ReplyBy.NONE:
        yield Line(_("Do not contact"), _("They contact us, with the reference."), is_warning=True)
        return
    yield Line(_("Answer"), str(reply_by.label))
    for name in ("email", "phone", "post_via"):
        if value := getattr(answers, name):
            yield Line(label_of(name), value)
    yield Line(_("Safe times"), answers.safe_times or _("Not said: ask first."), is_warning=not answers.safe_times)
    if answers.may_leave_message:
        yield Line(_("Messages"), _("You may leave a message."))
    else:
        yield Line(_("Messages"), _("Leave no message, with anybody or on a machine."), is_warning=True)
    if answers.may_say_who:
        yield Line(_("Your name"), _("You may say who you are and where you call from."))
    else:
        yield Line(_("Your name"), _("Introduce yourself only by first name. Do not name the organisation."), True)
    if answers.other_contact:
        yield Line(_("Someone else"), answers.other_contact)


def about(answers: Answers) -> Iterator[Line]:
    """Say who asks, and for what, with the questions as they were asked. Leaves out those without an answer."""
    if answers.name:
        yield Line(label_of("name"), answers.name)
    for each in asked(answers):
        if each.answer and each.name not in ELSEWHERE and part_of(each.name) is not REPLY:
            yield Line(each.question, each.answer)
