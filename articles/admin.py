"""Articles, resources, authors and series in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Author, Byline, Resource, Series
from publishing.admin import DocumentAdmin, LabelAdmin


class BylineInline(admin.TabularInline):
    model = Byline
    extra = 0
    fields = ["position", "author"]
    autocomplete_fields = ["author"]


class BylinedAdmin(DocumentAdmin):
    """Base of articles and resources."""

    inlines = [BylineInline, *DocumentAdmin.inlines]
    autocomplete_fields = [*DocumentAdmin.autocomplete_fields, "reviewed_by"]
    list_filter: ClassVar[list] = ["topics"]


@admin.register(Article)
class ArticleAdmin(BylinedAdmin):
    own_fieldsets = [
        (
            _("Kind and date"),
            {
                "fields": [
                    ("article_kind", "dated_on"),
                    ("reviewed_on", "reviewed_by"),
                    ("series", "series_position"),
                ]
            },
        )
    ]
    autocomplete_fields = [*BylinedAdmin.autocomplete_fields, "series"]
    list_display = ["title", "article_kind", "state_words", "updated_at", "updated_by"]
    list_filter = ["article_kind", *BylinedAdmin.list_filter]


@admin.register(Resource)
class ResourceAdmin(BylinedAdmin):
    own_fieldsets = [
        (_("Kind and date"), {"fields": [("resource_kind", "audience"), ("dated_on", "reviewed_on", "reviewed_by")]}),
        (_("The file and what is in it"), {"fields": ["file", "written_for", "cost", "contents"]}),
    ]
    autocomplete_fields = [*BylinedAdmin.autocomplete_fields, "file"]
    list_display = ["title", "resource_kind", "audience", "state_words", "updated_at", "updated_by"]
    list_filter = ["resource_kind", "audience", *BylinedAdmin.list_filter]


@admin.register(Author)
class AuthorAdmin(LabelAdmin):
    label_kind = "author"
    list_display = ["name", "role", "is_pseudonym"]
    search_fields = ["name"]


@admin.register(Series)
class SeriesAdmin(LabelAdmin):
    label_kind = "series"
    list_display = ["title", "number_of_parts"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(parts=Count("articles"))

    @admin.display(description=_("parts"), ordering="parts")
    def number_of_parts(self, series: Any) -> int:
        return series.parts
