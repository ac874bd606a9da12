from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.public_forms import PublicFormMixin, TypedText
from feedback.models import PageReport

TEXT_LIMIT = 2_000


class ReportForm(PublicFormMixin, forms.Form):
    """One question. Whom to answer is not asked."""

    text = TypedText(
        limit=TEXT_LIMIT,
        help_text=_("For example a wrong number, a link that leads nowhere, advice that is out of date."),
        error_messages={"required": _("Write what we should look at")},
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        is_mistake = kind == PageReport.Kind.MISTAKE
        self.fields["text"].label = _("What is wrong?") if is_mistake else _("What was missing?")
        if not is_mistake:
            self.fields["text"].help_text = _("For example a question of yours that the page does not answer.")
