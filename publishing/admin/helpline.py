from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import HttpsAddressesMixin
from publishing.models import Helpline


class ChoicesField(forms.MultipleChoiceField):
    """Boxes to tick for a column that holds the chosen values with a space between."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return " ".join(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed((initial or "").split(), data)


@admin.register(Helpline)
class HelplineAdmin(HttpsAddressesMixin, admin.ModelAdmin):
    """Numbers that people in need ring. Whoever looks at the list is told which were not checked for too long."""

    fieldsets = [
        (None, {"fields": ["name", "note"]}),
        (
            _("How to reach it"),
            {
                "fields": [
                    "number", ("text_number", "text_word"), "chat_url", "email", "bsl_url", "website", "hours",
                ],
                "description": _("At least one of these. Each stands in its own group on “Get help now”."),
            },
        ),
        (_("For whom"), {"fields": ["people", "nations"]}),
        (_("Place"), {"fields": ["is_emergency", "shown_in", "position"]}),
        (_("Checked"), {"fields": ["source_url", "checked_on"]}),
    ]  # fmt: skip
    list_display = ["name", "ways", "checked", "shown_in", "is_emergency"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        choices = {"people": Helpline.Person.choices, "nations": Helpline.Nation.choices}.get(db_field.name)
        if not choices:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        label = capfirst(db_field.verbose_name)
        return ChoicesField(choices=choices, required=False, label=label, help_text=db_field.help_text)

    @admin.display(description=_("how to reach it"))
    def ways(self, helpline: Helpline) -> str:
        text = " ".join(filter(None, [helpline.text_word, helpline.text_number]))
        offered = {
            helpline.number: bool(helpline.number),
            _("text %(text)s") % {"text": text}: bool(text),
            _("chat"): bool(helpline.chat_url),
            _("e-mail"): bool(helpline.email),
            _("sign language"): bool(helpline.bsl_url),
            _("website"): bool(helpline.website),
        }
        return ", ".join(str(words) for words, is_offered in offered.items() if is_offered)

    @admin.display(description=_("last checked on"), ordering="checked_on")
    def checked(self, helpline: Helpline) -> str | SafeString:
        day = date_format(helpline.checked_on, "j F Y")
        if helpline.is_overdue:
            return format_html("<strong>{}</strong>", _("%(day)s: ring it again") % {"day": day})
        return day

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        overdue = Helpline.objects.overdue(on=timezone.localdate()).count()
        if overdue and request.method == "GET":
            text = ngettext(
                "%(number)s number was not checked for 90 days. Ring it, then set “last checked on”.",
                "%(number)s numbers were not checked for 90 days. Ring them, then set “last checked on”.",
                overdue,
            )
            self.message_user(request, text % {"number": overdue}, messages.WARNING)
        return super().changelist_view(request, extra_context)
