"""The report by month, and the list of enquiries as a file for those who may take it away."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import throttle
from core.admin import ReadOnlyAdmin
from core.admin.sign_in import SIGN_IN_LIMIT, SIGN_IN_WINDOW
from enquiries import reports
from enquiries.exports import export_list
from enquiries.models import MonthlyCount
from enquiries.permissions import may

#: Of a chart, in its own units.
CHART_HEIGHT, BAR_WIDTH, BAR_STEP = 60, 10, 14


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    height: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    words: str | Promise
    numbers: list[int | None]
    bars: list[Bar]


class PasswordForm(forms.Form):
    """The person at the keyboard is the one who signed in: whoever finds an open screen takes no list away."""

    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        identity = str(self.user.pk)
        if not throttle.hit(purpose="export", identity=identity, limit=SIGN_IN_LIMIT, window=SIGN_IN_WINDOW):
            raise ValidationError(_("Too many wrong passwords. Try again in a quarter of an hour."))
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password."))
        throttle.forget(purpose="export", identity=identity, window=SIGN_IN_WINDOW)
        return ""


@admin.register(MonthlyCount)
class MonthlyCountAdmin(ReadOnlyAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "view_monthlycount")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="enquiries_monthlycount_export"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show twelve months, the last one as `?until=2027-05` says."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        this_month = timezone.localdate().replace(day=1)
        until = _month(request.GET.get("until", "")) or this_month
        months = reports.months_until(until)
        following = (months[-1] + timedelta(days=366)).replace(day=1)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Enquiries by month"),
            "opts": self.opts,
            "months": months,
            "tables": [(table, _rows(table)) for table in reports.tables(months)],
            "chart_width": len(months) * BAR_STEP,
            "chart_height": CHART_HEIGHT,
            "bar_width": BAR_WIDTH,
            "earlier": f"{months[0] - timedelta(days=1):%Y-%m}",
            "later": f"{min(following, this_month):%Y-%m}" if until < this_month else "",
            "may_export": may(request.user, "export_enquiry"),
        }
        return TemplateResponse(request, "enquiries/admin/reports/months.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the password, and answer it with the file."""
        user = cast(User, request.user)
        if not may(user, "export_enquiry"):
            raise PermissionDenied
        form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
        if form.is_valid():
            response = HttpResponse(export_list(by=user), content_type="text/csv; charset=utf-8")
            name = f"enquiries-{timezone.localdate():%Y-%m-%d}.csv"
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export the list of enquiries"),
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "enquiries/admin/reports/export.html", context, status=status)


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return None


def _rows(table: reports.Table) -> list[ShownRow]:
    highest = max((number for row in table.rows for number in row.numbers if number), default=1)
    return [
        ShownRow(row.words, row.numbers, [_bar(place, number, highest) for place, number in enumerate(row.numbers)])
        for row in table.rows
    ]


def _bar(place: int, number: int | None, highest: int) -> Bar:
    """A hidden number has the same small bar everywhere."""
    height = 3 if number is None else round(CHART_HEIGHT * number / highest)
    return Bar(x=place * BAR_STEP, y=CHART_HEIGHT - height, height=height, is_hidden=number is None)
