"""The kinds of question that the form can ask: how each looks, and what it takes for an answer.

A kind is a function that makes a field from `Words`, the words in which one way asks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.public_forms import OwnDetail, TypedText

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: Words, as they are or to be translated.
Text: TypeAlias = "str | _StrPromise"

PARAGRAPH_LIMIT = 1_000

UNSAFE_IN_MAIL = re.compile(r"[\x00-\x1f\x7f-\x9f\s\"]")
ORDINAL = re.compile(r"(?<=[0-9])(st|nd|rd|th)\b", re.IGNORECASE)
WEEKDAY = re.compile(r"^[^\W\d]+ ")
DATE_SHAPES = ["%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%Y-%m-%d"]

INPUT = {"class": "input", "autocomplete": "off"}
MEDIUM = INPUT | {"class": "input input--medium"}
SHORT = INPUT | {"class": "input input--short"}


@dataclass(frozen=True, slots=True)
class Words:
    """One question in the words of one way."""

    label: Text
    hint: Text = ""
    #: What is said to a person who left it out. Without it the question may be left out.
    missing: Text = ""
    #: The answers to choose from and their words, where they are not all, or not as the choices call them.
    options: Mapping[str, Text] = field(default_factory=dict)
    #: A line below some of the answers to choose from.
    hints: Mapping[str, Text] = field(default_factory=dict)


class Choices(forms.RadioSelect):
    """Shows radio buttons as `.choices`, with a hint for some of the options."""

    template_name = "forms/choices.html"

    def __init__(self, attrs: dict | None = None, choices=(), *, hints: Mapping[str, Text] | None = None):
        super().__init__(attrs, choices)
        self.hints = hints or {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value))
        if option["hint"] and "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_helptext"
        return option


class SeveralChoices(forms.CheckboxSelectMultiple):
    template_name = "forms/choices.html"


class AddressValidator(EmailValidator):
    """Also refuses quotes and control characters, which could break the header of a mail."""

    message = _("Enter an email address in the right format, like name@example.org")

    def __call__(self, value):
        if UNSAFE_IN_MAIL.search(value):
            raise ValidationError(self.message, code=self.code)
        super().__call__(value)


class EmailText(TypedText):
    widget = OwnDetail(attrs=INPUT | {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"})
    default_validators = [AddressValidator()]

    def to_python(self, value):
        return super().to_python(value).strip(" \t\r\n")


class TypedDate(forms.DateField):
    """Reads a date as people write it: 14 October 2021, 14/10/2021 or 2021-10-14. A weekday in front is dropped.

    `%(day)s` in its hint is an example that lies ahead, so that the form takes its own examples.
    """

    widget = forms.TextInput(attrs=SHORT)
    input_formats = DATE_SHAPES

    def show_examples(self) -> None:
        day = timezone.localdate() + timedelta(days=60)
        example = {"label": self.label, "day": date_format(day, "j F Y"), "digits": date_format(day, "d/m/Y")}
        self.help_text = self.help_text % example
        self.error_messages["invalid"] = _("Enter “%(label)s” as a date, for example %(day)s or %(digits)s") % example

    def to_python(self, value) -> date | None:
        text = " ".join(ORDINAL.sub("", str(value or "")).replace(",", " ").split())
        return super().to_python(WEEKDAY.sub("", text))


def _options(choices: type[TextChoices], words: Words) -> list[tuple[str, Text]]:
    return list(words.options.items()) or list(choices.choices)


def one_of(words: Words, choices: type[TextChoices]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=words.label,
        help_text=words.hint,
        choices=_options(choices, words),
        widget=Choices(hints=words.hints),
        error_messages={"invalid_choice": _("Choose one of the answers shown")},
    )


def several_of(words: Words, choices: type[TextChoices]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=words.label,
        help_text=words.hint,
        choices=_options(choices, words),
        widget=SeveralChoices,
        error_messages={"invalid_choice": _("Choose among the answers shown")},
    )


def line(words: Words, *, attrs: dict[str, str] = INPUT) -> TypedText:
    widget: type[forms.Widget] = forms.TextInput if attrs["autocomplete"] == "off" else OwnDetail
    return TypedText(label=words.label, help_text=words.hint, widget=widget(attrs=attrs))


def paragraph(words: Words, *, rows: int, limit: int = PARAGRAPH_LIMIT, css: str = "textarea textarea--short"):
    attrs: dict[str, Any] = {"class": css, "rows": rows, "autocomplete": "off", "spellcheck": "false"}
    return TypedText(label=words.label, help_text=words.hint, limit=limit, widget=forms.Textarea(attrs=attrs))


def tick(words: Words) -> forms.BooleanField:
    return forms.BooleanField(label=words.label, help_text=words.hint)


def typed_date(words: Words) -> TypedDate:
    return TypedDate(label=words.label, help_text=words.hint)


def email(words: Words) -> EmailText:
    return EmailText(label=words.label, help_text=words.hint)
