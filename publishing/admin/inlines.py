"""The rows of a document's form: its blocks and its sources."""

from content_editor.admin import ContentEditorInline
from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import HttpsAddressesMixin
from publishing.admin.figures import StatisticsForm
from publishing.models import (
    Callout,
    Card,
    Contact,
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

SOURCE = ("source_text", "source_number", "as_at")
BLOCK_INLINES = [
    ContentEditorInline.create(Text, icon="notes"),
    ContentEditorInline.create(Figure, icon="image", autocomplete_fields=["image"]),
    ContentEditorInline.create(
        Statistics,
        icon="bar_chart",
        form=StatisticsForm,
        fieldsets=[
            (None, {"fields": [("heading", "display"), "figures", SOURCE, "region", "ordering"]}),
        ],
    ),
    ContentEditorInline.create(Quote, icon="format_quote"),
    ContentEditorInline.create(Callout, icon="info"),
    ContentEditorInline.create(Download, icon="download", autocomplete_fields=["file"]),
    ContentEditorInline.create(Links, icon="link"),
    ContentEditorInline.create(Card, icon="dashboard", autocomplete_fields=["image"]),
    ContentEditorInline.create(Step, icon="format_list_numbered"),
    ContentEditorInline.create(Person, icon="person", autocomplete_fields=["image"]),
    ContentEditorInline.create(Contact, icon="call"),
    ContentEditorInline.create(Question, icon="help"),
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
