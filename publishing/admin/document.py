"""The base of every document's admin: its list, its fields and what saving does."""

from typing import Any, ClassVar

import reversion
from content_editor.admin import ContentEditor
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from reversion.admin import VersionAdmin

from core.admin import NonceMediaMixin, RecreateDeletedFormSet
from publishing.admin.buttons import PublishButtonsAdmin, staff_user
from publishing.admin.form import DocumentForm
from publishing.admin.inlines import BLOCK_INLINES, SourceInline
from publishing.models import Document
from publishing.state import state_words, with_state

#: So many of the pages that were changed last are offered as what a page is a translation of.
MOST_OFFERED = 100


class DocumentAdmin(NonceMediaMixin, PublishButtonsAdmin, VersionAdmin, ContentEditor):
    """The base of every document's admin.

    A subclass lists its own fields in `own_fieldsets` and its own rows as `inlines = [Mine, *DocumentAdmin.inlines]`.
    Saving changes the working copy only. The buttons change what the public sees (`PublishButtonsAdmin`).
    """

    form = DocumentForm
    change_form_template = "admin/publishing/document/change_form.html"
    inlines = [*BLOCK_INLINES, SourceInline]
    own_fieldsets: ClassVar[list] = []
    list_display = ["title", "state_words", "updated_at", "updated_by"]
    list_select_related = ["updated_by"]
    list_per_page = 50
    ordering = ["-updated_at"]
    show_full_result_count = False
    search_fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["image"]
    history_latest_first = True

    class Media:
        js = ["js/admin/prose-names.js"]

    def get_inline_instances(self, request: HttpRequest, obj: Document | None = None) -> list[InlineModelAdmin]:
        inlines = super().get_inline_instances(request, obj)
        for inline in inlines:
            inline.formset = RecreateDeletedFormSet
        return inlines

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "translation_of":
            documents = Document.objects.filter(child=self.model._meta.label).order_by("-updated_at")
            newest = list(documents.values_list("pk", flat=True)[:MOST_OFFERED])
            kwargs["queryset"] = Document.objects.filter(Q(pk__in=newest) | Q(translations__isnull=False)).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_state(super().get_queryset(request), at=timezone.now())

    @admin.display(description=_("what the public sees"))
    def state_words(self, document: Document) -> str:
        return state_words(document)

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> list:
        return [
            (None, {"fields": ["title", "slug", ("language", "translation_of"), "standfirst"]}),
            *self.own_fieldsets,
            (_("Picture"), {"fields": ["image", "image_alt", "image_caption"]}),
            (_("Care and topics"), {"fields": ["is_sensitive", "content_note", "topics", "main_topic"]}),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        """Refuse for what was ever published: staff withdraw it. Its editions are the record of what the public saw."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not obj.editions.exists()

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        original: Document | None = context.get("original")
        # The form may have written what was typed into `original`.
        saved = self.get_queryset(request).get(pk=original.pk) if original else None
        context |= {
            "saved": saved,
            "state_words": state_words(saved) if saved else "",
            "can_publish": self.can_publish(request),
            "page_form": context["adminform"].form,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        # Keep who saved last, and when, if nothing was changed.
        if not change or form.page_changed:
            obj.updated_by = staff_user(request)
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: DocumentForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        is_body_changed = any(formset.has_changed() for formset in formsets)
        if change and is_body_changed and not form.page_changed:
            form.instance.updated_by = staff_user(request)
            form.instance.save(update_fields=["updated_at", "updated_by"])
        if reversion.is_active():
            # Its version was taken when the row was saved, and that is before its topics were.
            reversion.add_to_revision(Document.objects.get(pk=form.instance.pk))
