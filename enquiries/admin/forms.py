"""What staff choose before they press a button of the desk."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enquiries.models import Enquiry

Outcome = Enquiry.Outcome
# A repeat is merged, and a program's message closed as such, by buttons of their own.
OUTCOMES = [choice for choice in Outcome.choices if choice[0] not in {Outcome.REPEAT, Outcome.SPAM}]


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How did it end?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it ended, and then press Close.")},
    )


class WaitForm(forms.Form):
    waiting_until = forms.DateField(
        label=_("Until when?"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("On that day it stands among the open ones again."),
        error_messages={"required": _("Choose the day until which it waits.")},
    )

    def clean_waiting_until(self) -> date:
        day = self.cleaned_data["waiting_until"]
        if day <= timezone.localdate():
            raise ValidationError(_("Choose a day after today."))
        return day


#: The transitions that ask for something first. All others are one press.
FORMS: dict[str, type[forms.Form]] = {"close": CloseForm, "wait": WaitForm}
