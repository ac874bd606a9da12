"""The base of admin lists that staff read and act on but never edit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
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
        if lookup in {getattr(name, "parameter_name", None) for name in names}:
            return True
        for name in names:
            if not isinstance(name, str) or not f"{lookup}__".startswith(f"{name}__"):
                continue
            if set(lookup[len(name) :].split("__")) - {""} <= self._filter_endings:
                return True
        return False
