"""The enquiry form. It knows its questions and explains in plain words what is wrong with an answer.

Two answers (who, and how to reply) decide which questions fit. It ignores the answers to all others.
"""

import re
from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.public_forms import OwnDetail, PublicFormMixin, TypedText
from enquiries.answers import Answers, Involved, Law, Nation, ReplyBy, Service, Who

PARAGRAPH_LIMIT = 1_000
MESSAGE_LIMIT = 20_000
# Programs send more links than this, people hardly ever.
LINKS_LIMIT = 3
LINK = re.compile(r"https?:|www\.", re.IGNORECASE)

UNSAFE_IN_MAIL = re.compile(r"[\x00-\x1f\x7f-\x9f\s\"]")
ORDINAL = re.compile(r"(?<=[0-9])(st|nd|rd|th)\b", re.IGNORECASE)
WEEKDAY = re.compile(r"^[^\W\d]+ ")
DATE_SHAPES = ["%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%Y-%m-%d"]

INPUT = {"class": "input", "autocomplete": "off"}
MEDIUM = INPUT | {"class": "input input--medium"}
SHORT = INPUT | {"class": "input input--short"}


class Choices(forms.RadioSelect):
    """Shows radio buttons as `.choices`, with a hint for some of the options."""

    template_name = "forms/choices.html"

    def __init__(self, attrs: dict | None = None, choices=(), *, hints: dict[str, object] | None = None):
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
    """Reads a date as people write it: 14 October 2021, 14/10/2021 or 2021-10-14. A weekday in front is dropped."""

    widget = forms.TextInput(attrs=SHORT)
    input_formats = DATE_SHAPES

    def to_python(self, value) -> date | None:
        text = " ".join(ORDINAL.sub("", str(value or "")).replace(",", " ").split())
        return super().to_python(WEEKDAY.sub("", text))


def one_of(choices: type[TextChoices], *, hints: dict[str, object] | None = None, **kwargs) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=choices.choices,
        widget=Choices(hints=hints),
        error_messages={"invalid_choice": _("Choose one of the answers shown")},
        **kwargs,
    )


def line(label, *, attrs: dict[str, str] = INPUT, **kwargs) -> TypedText:
    widget = forms.TextInput if attrs["autocomplete"] == "off" else OwnDetail
    return TypedText(label=label, widget=widget(attrs=attrs), **kwargs)


def paragraph(label, *, rows: int, limit: int = PARAGRAPH_LIMIT, css: str = "textarea textarea--short", **kwargs):
    attrs = {"class": css, "rows": rows, "autocomplete": "off", "spellcheck": "false"}
    return TypedText(label=label, limit=limit, widget=forms.Textarea(attrs=attrs), **kwargs)


class EnquiryForm(PublicFormMixin, forms.Form):
    """Holds every question. None is required by itself: `NEEDED` lists those that are required if they fit."""

    who = one_of(
        Who,
        label=_("Which of these fits you best?"),
        hints={Who.PROFESSIONAL: _("Social worker, solicitor, local authority, school, health")},
    )
    relation = line(
        _("How are you related to the child or children?"),
        help_text=_("For example mother, grandparent, foster carer."),
        attrs=MEDIUM,
    )
    involved = one_of(Involved, label=_("Is a social worker involved already?"))

    organisation = line(_("Organisation"), attrs=INPUT | {"autocomplete": "organization"})
    job = line(_("Job title"), attrs=MEDIUM | {"autocomplete": "organization-title"})
    services = forms.MultipleChoiceField(
        label=_("Which services are you looking for?"),
        help_text=_("Choose all that apply."),
        choices=Service.choices,
        widget=SeveralChoices,
        error_messages={"invalid_choice": _("Choose among the services shown")},
    )
    nation = one_of(Nation, label=_("In which nation is the child?"))
    law = one_of(
        Law,
        label=_("Is this public or private law?"),
        hints={Law.PUBLIC: _("A local authority brings the case"), Law.PRIVATE: _("Between parents or relatives")},
    )
    hearing_on = TypedDate(
        label=_("Next hearing"), help_text=_("For example %(day)s. Leave it empty if there is none.")
    )
    report_by = TypedDate(label=_("Report needed by"), help_text=_("For example %(day)s."))

    message = paragraph(
        _("What would you like us to know?"),
        limit=MESSAGE_LIMIT,
        css="textarea",
        rows=7,
        help_text=_(
            "Leave out children’s full names, addresses and dates of birth. We will ask for those later, in a safer "
            "way, if we need them."
        ),
    )
    is_about_staff = forms.BooleanField(
        label=_("This is about someone who works here"), help_text=_("Then only our safeguarding lead reads it.")
    )

    name = line(
        _("Your name"),
        help_text=_("A first name is enough, and it need not be your real one."),
        attrs=MEDIUM | {"autocomplete": "name"},
    )
    reply_by = one_of(ReplyBy, label=_("How may we answer you?"))
    email = EmailText(
        label=_("Email address"),
        help_text=_("Use one that only you can read. Our answer will not repeat what you wrote."),
    )
    wants_confirmation = forms.BooleanField(
        label=_("It is safe to send a short confirmation to this address now"),
        help_text=_("It holds a reference and nothing that you wrote. Otherwise no automatic email is sent."),
    )
    phone = line(_("Phone number"), attrs=SHORT | {"autocomplete": "tel", "inputmode": "tel"})
    post_via = paragraph(
        _("Which professional may hand you our letter?"),
        rows=3,
        help_text=_("Their name and work address, for example your doctor’s surgery or your child’s school."),
    )
    safe_times = line(
        _("When is it safe to reach you?"),
        help_text=_("For example weekdays from 10am to 2pm. Say also when it is not."),
    )
    may_leave_message = forms.BooleanField(
        label=_("You may leave a message"),
        help_text=_("Unless you tick this, we leave none, with anybody or on a machine."),
    )
    may_say_who = forms.BooleanField(
        label=_("You may say who is calling or writing"),
        help_text=_("Unless you tick this, we give a first name only and do not name the organisation."),
    )
    other_contact = paragraph(
        _("Is there someone else we may contact if we cannot reach you?"),
        rows=2,
        help_text=_("Someone you trust: their name and how to reach them."),
    )

    GROUPS = {
        ("who", Who.FAMILY): ["relation", "involved"],
        ("who", Who.PROFESSIONAL): ["organisation", "job", "services", "nation", "law", "hearing_on", "report_by"],
        ("reply_by", ReplyBy.EMAIL): ["email", "wants_confirmation"],
        ("reply_by", ReplyBy.PHONE): ["phone"],
        ("reply_by", ReplyBy.TEXT): ["phone"],
        ("reply_by", ReplyBy.POST): ["post_via"],
    }
    SAFETY = ["safe_times", "may_leave_message", "may_say_who", "other_contact"]
    NEEDED = {
        "who": _("Choose which of these fits you best"),
        "organisation": _("Enter the name of your organisation"),
        "services": _("Choose at least one service"),
        "nation": _("Choose the nation the child is in"),
        "law": _("Choose public law, private law or neither"),
        "message": _("Write what you would like us to know"),
        "reply_by": _("Choose how we may answer you"),
        "email": _("Enter an email address, or choose another way to be answered"),
        "phone": _("Enter a phone number, or choose another way to be answered"),
        "post_via": _("Enter the name and address of the professional, or choose another way to be answered"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = False
            field.is_optional = name not in self.NEEDED  # type: ignore[attr-defined]
            if isinstance(field, TypedDate):
                # The form takes its own examples, so they lie ahead.
                day = timezone.localdate() + timedelta(days=60)
                example = {"label": field.label, "day": date_format(day, "j F Y"), "digits": date_format(day, "d/m/Y")}
                field.help_text = field.help_text % example
                field.error_messages["invalid"] = (
                    _("Enter “%(label)s” as a date, for example %(day)s or %(digits)s") % example
                )

    def clean(self) -> dict:
        fitting = self._fitting()
        for name in self.fields:
            if name not in fitting:
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
            elif name in self.NEEDED and name not in self.errors and not self.cleaned_data[name]:
                self.add_error(name, self.NEEDED[name])
        self._check_dates()
        self._check_phone()
        return self.cleaned_data

    def _fitting(self) -> set[str]:
        """Return the names of the questions that fit the answers so far."""
        dependent = {*self.SAFETY, *(name for names in self.GROUPS.values() for name in names)}
        fitting = set(self.fields) - dependent
        for (question, answer), names in self.GROUPS.items():
            if self.cleaned_data.get(question) == answer:
                fitting.update(names)
        if self.cleaned_data.get("reply_by") not in {None, "", ReplyBy.NONE}:
            fitting.update(self.SAFETY)
        return fitting

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

    def answers(self) -> Answers:
        """Return the answers of a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        for name, value in given.items():
            if isinstance(value, date):
                given[name] = value.isoformat()
            elif isinstance(value, list):
                given[name] = tuple(value)
        return Answers(**given)

    @property
    def has_many_links(self) -> bool:
        return len(LINK.findall(self.cleaned_data["message"])) > LINKS_LIMIT
