from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from publishing.models import EditionLabel, Topic


class LabelAdmin(admin.ModelAdmin):
    """Freezes the address of a label and refuses to delete it once an edition is filed under it: pages lead there."""

    #: `EditionLabel.kind` of the rows.
    label_kind: ClassVar[str] = ""
    prepopulated_fields = {"slug": ["name"]}

    def is_published(self, row: Any) -> bool:
        return row is not None and EditionLabel.objects.filter(kind=self.label_kind, slug=row.slug).exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *(["slug"] if self.is_published(obj) else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if self.is_published(obj) else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self.is_published(obj)


@admin.register(Topic)
class TopicAdmin(LabelAdmin):
    label_kind = "topic"
    list_display = ["name", "slug", "summary"]
    search_fields = ["name"]
