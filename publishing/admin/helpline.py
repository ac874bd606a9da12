from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing.models import Helpline


@admin.register(Helpline)
class HelplineAdmin(admin.ModelAdmin):
    """Numbers that people in need ring. Whoever looks at the list is told which were not checked for too long."""

    list_display = ["name", "number", "note", "shown_in", "is_emergency", "checked"]

    @admin.display(description=_("last checked on"), ordering="checked_on")
    def checked(self, helpline: Helpline) -> str:
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
