"""The form of a document: its own fields, and the moments that the publishing buttons need."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.state import moment_words

PARAGRAPH = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})


class MomentInput(forms.DateTimeInput):
    """The browser's own control for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DocumentForm(forms.ModelForm):
    """The fields of a document, and beside them what the publishing buttons need.

    `seen_revision` is the revision that the editor had in front, so that nobody writes over a colleague unawares.
    """

    CONTROLS: ClassVar[list[str]] = ["seen_revision", "goes_live_at", "ends_at"]

    class Meta:
        widgets = {"standfirst": PARAGRAPH, "content_note": PARAGRAPH, "topics": forms.CheckboxSelectMultiple}

    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    goes_live_at = forms.DateTimeField(label=_("Goes live on"), required=False, widget=MomentInput)
    ends_at = forms.DateTimeField(
        label=_("Ends on"), required=False, widget=MomentInput, help_text=_("Leave it empty to keep the page up.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # A page that was planned to end must not stay up because somebody corrected a word.
            now = timezone.now()
            waiting = self.instance.editions.scheduled(at=now).order_by("live_from").first()
            planned = self.instance.editions.live(at=now).first() or waiting
            self.initial["goes_live_at"] = waiting.live_from if waiting else None
            self.initial["ends_at"] = planned.expires_at if planned else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.get("seen_revision")
        if self.instance.pk and seen and seen != self.instance.revision:
            who = self.instance.updated_by or _("Somebody")
            raise ValidationError(
                _(
                    "This page, or something it shows, was changed after you had opened it. %(who)s saved it last, on "
                    "%(moment)s. What you typed is still here: save again to put it in place of theirs, or open the "
                    "page in another tab to compare first."
                ),
                code="changed_meanwhile",
                params={"who": who, "moment": moment_words(self.instance.updated_at)},
            )
        now = timezone.now()
        begins, ends = cleaned.get("goes_live_at"), cleaned.get("ends_at")
        if "_schedule" in self.data:
            if "goes_live_at" not in self.errors and begins is None:
                self.add_error("goes_live_at", _("Choose the day and time at which the page goes live."))
            elif begins and begins <= now:
                self.add_error("goes_live_at", _("That moment is over. Choose one in the future, or publish now."))
        if {"_schedule", "_publish"} & set(self.data) and ends and ends <= (begins or now):
            self.add_error("ends_at", _("The end must come after the beginning."))
        return cleaned

    @property
    def page_changed(self) -> bool:
        """Tell whether something was typed that belongs to the page, and not only to the buttons."""
        return bool(set(self.changed_data) - set(self.CONTROLS))
