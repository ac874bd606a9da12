"""The enquiry form, one for each way in. It explains in plain words what is wrong with an answer.

The questions stand in `enquiries.questions`. Some follow from an answer to another; the form ignores the answers to
those that do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.public_forms import PublicFormMixin
from enquiries.answers import Answers, Asked, Topic
from enquiries.fields import Text, TypedDate, Words
from enquiries.questions import FOLLOW_UPS, PARTS, WHO, FollowUp, Part, Question, Way, in_words, questions_of

LONGEST_PATH = 200
PATH = re.compile(r"/(?:[\w-]+/)*", re.ASCII)


def own_page(path: str) -> str:
    """Return `path` if it is one of this site's pages for readers, or else nothing."""
    if len(path) > LONGEST_PATH or not PATH.fullmatch(path):
        return ""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    # How somebody moved about in this form says nothing about the pages that lead to it.
    return "" if {"admin", "enquiries"} & {*match.app_names} else path


class OwnPage(forms.CharField):
    """The path of one of our own pages. Whatever else is sent counts as nothing."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> str:
        return own_page(value or "")

    def bound_data(self, data: Any, initial: Any) -> str:
        return own_page(data or "")


@dataclass(frozen=True, slots=True)
class Box:
    """What shows once a question has a certain answer: a title, words from a template, and questions."""

    follow_up: FollowUp
    title: Text
    fields: list[BoundField]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that is always asked, and the boxes that its answers open."""

    field: BoundField
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class ShownPart:
    title: Text
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Given:
    """A question that was asked and its answer in words, for the page to check the answers."""

    field: BoundField
    answer: str


class EnquiryForm(PublicFormMixin, forms.Form):
    """What all ways have in common. None of the questions is required by itself: see `clean`."""

    way: ClassVar[Way]
    asked_from = OwnPage()
    leaves_out_page = forms.BooleanField(label=_("Leave that out"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions: dict[str, Question] = {question.name: question for question in questions_of(self.way)}
        for name, field in self.fields.items():
            field.required = False
            # One of the answers to choose from is for those who do not know.
            is_choice = isinstance(field, forms.ChoiceField)
            field.is_optional = not is_choice and not self._missing(name)  # type: ignore[attr-defined]
            if isinstance(field, TypedDate):
                field.show_examples()

    def _words(self, name: str) -> Words:
        return self.questions[name].words[self.way]

    def _missing(self, name: str) -> Text:
        return self._words(name).missing if name in self.questions else ""

    def clean(self) -> dict[str, Any]:
        for name, question in self.questions.items():
            if not self._is_asked(question):
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
            elif self._missing(name) and name not in self.errors and not self.cleaned_data[name]:
                self.add_error(name, self._missing(name))
        self._check_dates()
        self._check_phone()
        return self.cleaned_data

    def _is_asked(self, question: Question) -> bool:
        follows = question.follows
        return follows is None or self.cleaned_data.get(follows.question) in follows.answers

    def _check_dates(self) -> None:
        hearing_on, report_by = self.cleaned_data.get("hearing_on"), self.cleaned_data.get("report_by")
        today = timezone.localdate()
        if hearing_on and hearing_on < today:
            self.add_error("hearing_on", _("The next hearing must be today or later. Leave it empty if there is none"))
        if report_by and report_by < today:
            self.add_error("report_by", _("The report must be needed today or later"))
        elif hearing_on and report_by and report_by > hearing_on:
            self.add_error("report_by", _("The report must be needed on or before the day of the hearing"))

    def _check_phone(self) -> None:
        phone = self.cleaned_data.get("phone")
        if phone and sum(character.isdecimal() for character in phone) < 3:
            self.add_error("phone", _("Enter a phone number, like 01632 960 001"))

    def parts(self) -> Iterator[ShownPart]:
        for part in PARTS:
            if entries := list(self._entries(part)):
                yield ShownPart(part.titles[self.way], entries)

    def _entries(self, part: Part) -> Iterator[Entry]:
        for name, question in self.questions.items():
            if question.part is part and question.follows is None:
                yield Entry(self[name], list(self._boxes(name)))

    def _boxes(self, name: str) -> Iterator[Box]:
        for follow_up in FOLLOW_UPS:
            fields = [self[each.name] for each in self.questions.values() if each.follows is follow_up]
            if follow_up.question == name and (fields or follow_up.template):
                yield Box(follow_up, follow_up.titles[self.way], fields)

    def given(self) -> Iterator[Given]:
        """The questions that a valid form asked, with the answers in words, in the order of the page."""
        for part in self.parts():
            for entry in part.entries:
                shown = [entry.field, *(field for box in entry.boxes for field in box.fields)]
                for field in shown:
                    if self._is_asked(self.questions[field.name]):
                        yield Given(field, in_words(field.field, self.cleaned_data[field.name]))

    def id_of_control(self, name: str) -> str:
        """Where a link to this question leads."""
        is_set = isinstance(self.fields[name].widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
        return f"{self[name].auto_id}_0" if is_set else self[name].auto_id

    def answers(self) -> Answers:
        """Return the answers of a valid form."""
        known = {*self.questions, "asked_from"}
        given = {name: value for name, value in self.cleaned_data.items() if name in known and value}
        if self.cleaned_data["leaves_out_page"]:
            given.pop("asked_from", None)
        if given.get("topic") == Topic.STAFF:
            given["is_about_staff"] = True
        if self.way in WHO:
            given["who"] = WHO[self.way].value
        for name, value in given.items():
            if isinstance(value, date):
                given[name] = value.isoformat()
            elif isinstance(value, list):
                given[name] = tuple(value)
        asked = tuple(Asked(each.field.name, str(each.field.label), each.answer) for each in self.given())
        return Answers(**given, asked=asked)


def _form_of(way: Way) -> type[EnquiryForm]:
    fields = {question.name: question.kind(question.words[way]) for question in questions_of(way)}
    return type(f"{way.name.title()}Form", (EnquiryForm,), {"way": way, "__module__": __name__, **fields})


FORMS: dict[Way, type[EnquiryForm]] = {way: _form_of(way) for way in Way}
