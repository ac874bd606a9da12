"""Arranges the answers of an enquiry for staff. What keeps the enquirer safe comes first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.models import Job
from enquiries.answers import Answers, ReplyBy, Who
from enquiries.models import Enquiry
from enquiries.notices import NOTICE
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
    # Warnings that the answers do not call for would be overlooked where they do. An office that asks for a mail may
    # know who sends it, and on some ways the question is not asked.
    is_office = answers.who == Who.PROFESSIONAL and reply_by == ReplyBy.EMAIL
    is_asked = not answers.asked or "may_say_who" in {each.name for each in answers.asked}
    is_by_phone = reply_by in {ReplyBy.PHONE, ReplyBy.TEXT}
    if answers.safe_times:
        yield Line(_("Safe times"), answers.safe_times)
    elif is_by_phone:
        yield Line(_("Safe times"), _("Not said: ask first."), is_warning=True)
    if reply_by == ReplyBy.PHONE:
        if answers.may_leave_message:
            yield Line(_("Messages"), _("You may leave a message."))
        else:
            yield Line(_("Messages"), _("Leave no message, with anybody or on a machine."), is_warning=True)
    if answers.may_say_who:
        yield Line(_("Your name"), _("You may say who you are and where you call from."))
    elif is_asked and not is_office:
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


def notice_of(enquiry: Enquiry) -> str:
    """Say whether anybody was told of it by mail. A notice that fails is no notice."""
    if enquiry.told_at or enquiry.first_opened_at or enquiry.is_quarantined:
        return ""
    failed = Job.objects.filter(kind=NOTICE, object_id__startswith=enquiry.reference).exclude(error="").first()
    if failed is None:
        return _("Nobody has been told of it by mail yet.")
    return _("Nobody has been told of it by mail: %(error)s. It is tried again.") % {"error": failed.error}
