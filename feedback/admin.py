"""What readers said about pages, in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.encryption import EncryptionError
from feedback.models import PageReport, UsefulCount


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(done_at__isnull=self.value() == "open") if self.value() else queryset


@admin.register(PageReport)
class PageReportAdmin(ReadOnlyAdmin):
    """The list says nothing of what people wrote; the page of one report shows it."""

    list_display = ["page", "kind", "created_at", "state", "remarks"]
    list_filter = [StateFilter, "kind", "looks_automatic"]
    list_select_related = ["edition"]
    search_fields = ["edition__title", "edition__path"]
    search_help_text = _("The page’s title or address. What people wrote cannot be searched.")
    fields = ["link", "kind", "words", "created_at", "state", "looks_automatic"]
    readonly_fields = ["link", "words", "state"]
    actions = ["mark_done", "open_again"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PageReport]:
        return super().get_queryset(request).defer("edition__body_html", "edition__body_text")

    def has_delete_permission(self, request: HttpRequest, obj: PageReport | None = None) -> bool:
        return request.user.has_perm("feedback.delete_pagereport")

    @admin.display(description=_("page"), ordering="edition__title")
    def page(self, report: PageReport) -> str:
        return report.edition.title

    @admin.display(description=_("page"))
    def link(self, report: PageReport) -> SafeString:
        return format_html('<a href="{}">{}</a>', report.edition.path, report.edition.title)

    @admin.display(description=_("what the reader wrote"))
    def words(self, report: PageReport) -> str:
        try:
            return report.text
        except EncryptionError:
            return gettext("This cannot be decrypted: its key is missing from FIELD_KEYS.")

    @admin.display(description=_("state"), ordering="done_at")
    def state(self, report: PageReport) -> str:
        if not report.done_at:
            return gettext("Open")
        return gettext("Done on %(day)s") % {"day": date_format(timezone.localtime(report.done_at), "j F Y")}

    @admin.display(description=_("remarks"))
    def remarks(self, report: PageReport) -> str:
        return gettext("looks automatic") if report.looks_automatic else ""

    @admin.action(description=_("Mark as done"), permissions=["act"])
    def mark_done(self, request: HttpRequest, queryset: QuerySet[PageReport]) -> None:
        queryset.filter(done_at__isnull=True).update(done_at=timezone.now())

    @admin.action(description=_("Open again"), permissions=["act"])
    def open_again(self, request: HttpRequest, queryset: QuerySet[PageReport]) -> None:
        queryset.update(done_at=None)


@admin.register(UsefulCount)
class UsefulCountAdmin(ReadOnlyAdmin):
    list_display = ["document", "month_words", "yes", "no"]
    list_display_links = None
    list_select_related = ["document"]
    # The page of a document leads here by its slug.
    search_fields = ["=document__slug", "document__title"]
    show_full_result_count = False

    @admin.display(description=_("month"), ordering="month")
    def month_words(self, count: UsefulCount) -> str:
        return date_format(count.month, "F Y")
