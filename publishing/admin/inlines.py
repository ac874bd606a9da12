"""The rows of a document's form: its blocks and its sources."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import HttpsAddressesMixin
from publishing.admin.figures import StatisticsForm
from publishing.admin.form import PARAGRAPH
from publishing.models import (
    Callout,
    Card,
    Contact,
    Document,
    Download,
    Figure,
    Links,
    Person,
    Question,
    Quote,
    Source,
    Statistics,
    Step,
    Text,
)

SHORT_TEXT = {models.TextField: {"widget": PARAGRAPH}}


def _rows(*rows: Any) -> list:
    """One fieldset; the fields of a tuple stand beside each other."""
    return [(None, {"fields": [*rows, "region", "ordering"]})]


class BlockInline(ContentEditorInline):
    """One kind of block. Its language comes last: few need it."""

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> list[tuple[str | None, dict]]:
        fieldsets = []
        for heading, options in super().get_fieldsets(request, obj):
            fields = [field for field in options["fields"] if field != "language"]
            fieldsets.append((heading, options | {"fields": fields}))
        fieldsets[-1][1]["fields"].append("language")
        return fieldsets


SOURCE = ("source_text", "source_number", "as_at")
BLOCK_INLINES = [
    BlockInline.create(Text, icon="notes"),
    BlockInline.create(Figure, icon="image", autocomplete_fields=["image"]),
    BlockInline.create(
        Statistics,
        icon="bar_chart",
        form=StatisticsForm,
        fieldsets=_rows(("heading", "display"), "figures", SOURCE),
    ),
    BlockInline.create(Quote, icon="format_quote"),
    BlockInline.create(Callout, icon="info"),
    BlockInline.create(Download, icon="download", autocomplete_fields=["file"]),
    BlockInline.create(Links, icon="link"),
    BlockInline.create(
        Card,
        icon="dashboard",
        autocomplete_fields=["image"],
        fieldsets=_rows(("title", "style"), "text", "address", ("image", "image_alt")),
    ),
    BlockInline.create(Step, icon="format_list_numbered"),
    BlockInline.create(
        Person,
        icon="person",
        autocomplete_fields=["image"],
        formfield_overrides=SHORT_TEXT,
        fieldsets=_rows(("name", "role"), "text", "image", ("telephone", "address")),
    ),
    BlockInline.create(
        Contact,
        icon="call",
        formfield_overrides=SHORT_TEXT,
        fieldsets=_rows("heading", "text", ("name", "role"), ("telephone", "hours"), "address"),
    ),
    BlockInline.create(Question, icon="help"),
]


class SourceForm(forms.ModelForm):
    class Meta:
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2, "cols": 50}),
            "url": forms.URLInput(attrs={"size": 30}),
        }


class SourceInline(HttpsAddressesMixin, admin.TabularInline):
    model = Source
    form = SourceForm
    extra = 0
    fields = ["position", "text", "url"]
    verbose_name_plural = _("sources: [1] in the text points to the first")
