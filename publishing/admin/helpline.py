from __future__ import annotations

from datetime import timedelta

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing.models import Helpline

CHECK_EVERY = timedelta(days=90)


@admin.register(Helpline)
class HelplineAdmin(admin.ModelAdmin):
    """Numbers that people in need ring. Whoever looks at the list is told which were not checked for too long."""

    list_display = ["name", "number", "note", "shown_in", "is_emergency", "checked"]
    ordering = ["-is_emergency", "position", "name"]

    @admin.display(description=_("last checked on"), ordering="checked_on")
    def checked(self, helpline: Helpline) -> str:
        day = date_format(helpline.checked_on, "j F Y")
        if _is_overdue(helpline):
            return format_html("<strong>{}</strong>", _("%(day)s: ring it again") % {"day": day})
        return day

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        overdue = Helpline.objects.filter(checked_on__lt=timezone.localdate() - CHECK_EVERY).count()
        if overdue and request.method == "GET":
            text = ngettext(
                "%(number)s number was not checked for 90 days. Ring it, then set “last checked on”.",
                "%(number)s numbers were not checked for 90 days. Ring them, then set “last checked on”.",
                overdue,
            )
            self.message_user(request, text % {"number": overdue}, messages.WARNING)
        return super().changelist_view(request, extra_context)


def _is_overdue(helpline: Helpline) -> bool:
    return helpline.checked_on < timezone.localdate() - CHECK_EVERY
