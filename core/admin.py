"""Admin classes that know nothing of the domain, the list of jobs, and the guarded sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import js_asset
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, URLField
from django.forms.formsets import INITIAL_FORM_COUNT
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import throttle
from core.models import Job

SIGN_IN_LIMIT = 5
SIGN_IN_WINDOW = timedelta(minutes=15)


class NonceMediaMixin:
    """For forms whose scripts need the page's nonce: content-editor and prose-editor write an inline import map."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = js_asset.Media.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


class HttpsAddressesMixin:
    """An address that is typed without its scheme is meant to begin with https."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class RevivingFormSet(BaseInlineFormSet):
    """Rows that somebody else has deleted meanwhile become new ones: what was typed into them is saved again.

    Django would refuse such a row by an error of its hidden number, which nobody can see or put right.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        super().__init__(data, *args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self.data = self._revived()
            # Read from the data as they came.
            for name in ("management_form", "forms"):
                self.__dict__.pop(name, None)

    def _revived(self) -> QueryDict:
        data = cast(QueryDict, self.data).copy()
        rows, key = self.initial_form_count(), cast(type[Model], self.model)._meta.pk.name
        there = {str(row.pk) for row in self.get_queryset()}
        for number in reversed(range(rows)):
            if data.get(f"{self.prefix}-{number}-{key}", "") in there:
                continue
            # Old rows come first: the last of them changes places with the one that is new now.
            rows -= 1
            self._exchange(data, number, rows)
            data[f"{self.prefix}-{rows}-{key}"] = ""
        data[self.management_form.add_prefix(INITIAL_FORM_COUNT)] = str(rows)
        return data

    def _exchange(self, data: QueryDict, one: int, other: int) -> None:
        first, second = (f"{self.prefix}-{number}-" for number in (one, other))
        names = {name[len(start) :] for start in (first, second) for name in data if name.startswith(start)}
        for name in names:
            old, new = data.getlist(first + name), data.getlist(second + name)
            data.setlist(first + name, new)
            data.setlist(second + name, old)


class ReadMostlyAdmin(admin.ModelAdmin):
    """Rows that are looked at, not written: no add, no delete, no edit.

    What may be done to them are actions with `permissions=["act"]`, for those who have the model's change permission.
    Query strings reach nothing but what `list_filter` names.
    """

    # The endings of addresses that the admin's own filters write.
    _filter_endings = frozenset({"exact", "isnull", "in", "gte", "lt", "lte", "gt", "id"})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_act_permission(request)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        names = [entry[0] if isinstance(entry, tuple | list) else entry for entry in self.list_filter]
        for name in names:
            if not isinstance(name, str) or not f"{lookup}__".startswith(f"{name}__"):
                continue
            if set(lookup[len(name) :].split("__")) - {""} <= self._filter_endings:
                return True
        return False


@admin.register(Job)
class JobAdmin(ReadMostlyAdmin):
    list_display = ["kind", "object_id", "state", "attempts", "due_at", "error", "created_at"]
    list_filter = ["status", "kind"]
    ordering = ["-created_at", "-pk"]
    actions = ["retry", "discard"]
    fields = [
        "kind",
        "object_id",
        "state",
        "error",
        "attempts",
        "priority",
        "due_at",
        "first_tried_at",
        "leased_until",
        "finished_at",
        "message_id",
        "created_at",
    ]
    show_full_result_count = False

    @admin.display(description=_("status"), ordering="status")
    def state(self, job: Job) -> str:
        if job.status == Job.Status.DEAD:
            # The admin's own red, beside the word: colour alone tells nobody.
            return format_html('<strong class="errornote">{}</strong>', job.get_status_display())
        return job.get_status_display()

    @admin.action(description=_("Try again now"), permissions=["act"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        n = Job.objects.filter(pk__in=queryset).retry(now=timezone.now())
        self.message_user(request, ngettext("%d job waits for the worker.", "%d jobs wait for the worker.", n) % n)

    @admin.action(description=_("Discard: never do it"), permissions=["act"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        n = Job.objects.filter(pk__in=queryset).discard(now=timezone.now())
        self.message_user(
            request, ngettext("%d job was discarded.", "%d jobs were discarded.", n) % n, messages.WARNING
        )


class GuardedAuthenticationForm(AdminAuthenticationForm):
    """Five wrong passwords for one account from one address, then a pause. From elsewhere the account stays open."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        identity = f"{username.casefold()} {throttle.client_address(self.request)}"
        if not throttle.hit(purpose="sign-in", identity=identity, limit=SIGN_IN_LIMIT, window=SIGN_IN_WINDOW):
            again = date_format(timezone.localtime(throttle.ends_at(SIGN_IN_WINDOW)), "TIME_FORMAT")
            raise ValidationError(
                _("Too many wrong passwords. Try again after %(time)s."), code="throttled", params={"time": again}
            )
        cleaned = super().clean()
        throttle.forget(purpose="sign-in", identity=identity, window=SIGN_IN_WINDOW)
        return cleaned


admin.site.login_form = GuardedAuthenticationForm
