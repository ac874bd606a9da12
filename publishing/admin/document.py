"""The form that every document is edited with, and the buttons that take its editions."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import reversion
from content_editor.admin import ContentEditor, ContentEditorInline
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from reversion.admin import VersionAdmin

from core.admin import HttpsAddressesMixin, NonceMediaMixin, RevivingFormSet
from core.http import no_store
from publishing.admin.figures import StatisticsForm
from publishing.models import (
    Callout,
    Document,
    Download,
    Edition,
    Figure,
    Links,
    Quote,
    Source,
    Statistics,
    Text,
)
from publishing.publish import PublishingError, build_edition, cancel_schedule, publish, withdraw
from publishing.state import State, moment_words, state_of, with_state
from publishing.views import edition_response

PUBLISH_PERMISSION = "publishing.publish_document"

_PLACE = ["region", "ordering"]

BLOCK_INLINES = [
    ContentEditorInline.create(Text, icon="notes"),
    ContentEditorInline.create(Figure, icon="image", autocomplete_fields=["image"]),
    ContentEditorInline.create(
        Statistics,
        icon="bar_chart",
        form=StatisticsForm,
        fieldsets=[
            (
                None,
                {
                    "fields": [
                        ("heading", "display"),
                        "figures",
                        ("source_text", "source_number", "as_at"),
                        *_PLACE,
                    ]
                },
            )
        ],
    ),
    ContentEditorInline.create(Quote, icon="format_quote"),
    ContentEditorInline.create(Callout, icon="info"),
    ContentEditorInline.create(Download, icon="download", autocomplete_fields=["file"]),
    ContentEditorInline.create(Links, icon="link"),
]


class SourceInline(HttpsAddressesMixin, admin.TabularInline):
    model = Source
    extra = 0
    fields = ["position", "text", "url"]
    verbose_name_plural = _("sources: [1] in the text points to the first")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "text":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 2, "cols": 50})
        elif db_field.name == "url":
            kwargs["widget"] = forms.URLInput(attrs={"size": 30})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class MomentInput(forms.DateTimeInput):
    """The browser's own control for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DocumentForm(forms.ModelForm):
    """The fields of a document, and beside them what the publishing buttons need.

    `seen` says which state of the document the editor had in front, so that nobody writes over a colleague unawares.
    """

    CONTROLS: ClassVar[list[str]] = ["seen", "goes_live_at", "ends_at"]

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    goes_live_at = forms.DateTimeField(label=_("Goes live on"), required=False, widget=MomentInput)
    ends_at = forms.DateTimeField(
        label=_("Ends on"), required=False, widget=MomentInput, help_text=_("Leave it empty to keep the page up.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # A page that was planned to end must not stay up because somebody corrected a word.
            now = timezone.now()
            waiting = self.instance.editions.scheduled(at=now).order_by("live_from").first()
            planned = self.instance.editions.live(at=now).first() or waiting
            self.initial["goes_live_at"] = waiting.live_from if waiting else None
            self.initial["ends_at"] = planned.expires_at if planned else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")
        if self.instance.pk and seen and seen != seen_mark(self.instance):
            who = self.instance.updated_by or _("Somebody")
            raise ValidationError(
                _(
                    "%(who)s saved this page on %(moment)s, after you had opened it. What you typed is still here: "
                    "save again to put it in place of theirs, or open the page in another tab to compare first."
                ),
                code="changed_meanwhile",
                params={"who": who, "moment": moment_words(self.instance.updated_at)},
            )
        now = timezone.now()
        begins, ends = cleaned.get("goes_live_at"), cleaned.get("ends_at")
        if "_schedule" in self.data:
            if "goes_live_at" not in self.errors and begins is None:
                self.add_error("goes_live_at", _("Choose the day and time at which the page goes live."))
            elif begins and begins <= now:
                self.add_error("goes_live_at", _("That moment is over. Choose one in the future, or publish now."))
        if {"_schedule", "_publish"} & set(self.data) and ends and ends <= (begins or now):
            self.add_error("ends_at", _("The end must come after the beginning."))
        return cleaned

    @property
    def page_changed(self) -> bool:
        """Whether anything was typed that belongs to the page, and not only to the buttons."""
        return bool(set(self.changed_data) - set(self.CONTROLS))


def seen_mark(document: Document) -> str:
    return str(document.revision) if document.pk else ""


def person(request: HttpRequest) -> User:
    """Who is signed in; the back office lets nobody else in."""
    return cast(User, request.user)


class DocumentAdmin(NonceMediaMixin, VersionAdmin, ContentEditor):
    """The base of every document's admin.

    A subclass lists its own fields in `own_fieldsets` and its own rows as `inlines = [Mine, *DocumentAdmin.inlines]`,
    and says in `page_context` what its page shows beside the edition. Saving changes the working copy only; what the
    public sees changes by the buttons that need the permission `publishing.publish_document`.
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
        css = {"all": ["css/admin.css"]}
        js = ["js/admin/prose-names.js"]

    # The page's own part, for subclasses -----------------------------------------------------------------------

    def page_context(self, request: HttpRequest, edition: Edition) -> dict[str, Any]:
        """What the template of the page needs beside the edition, as the public view gives it."""
        return {}

    def get_inline_instances(self, request: HttpRequest, obj: Document | None = None) -> list[InlineModelAdmin]:
        inlines = super().get_inline_instances(request, obj)
        for inline in inlines:
            inline.formset = RevivingFormSet
        return inlines

    # Lists -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_state(super().get_queryset(request), at=timezone.now())

    @admin.display(description=_("what the public sees"))
    def state_words(self, document: Document) -> str:
        return state_of(document).words

    # The form --------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> list:
        return [
            (None, {"fields": ["title", "slug", "standfirst"]}),
            *self.own_fieldsets,
            (_("Picture"), {"fields": ["image", "image_alt", "image_caption"]}),
            (_("Care and topics"), {"fields": ["is_sensitive", "content_note", "topics", "main_topic"]}),
        ]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "topics":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in {"standfirst", "content_note"}:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def can_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH_PERMISSION)

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        """What was ever published is withdrawn, not deleted: its editions are the record of what the public saw."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not obj.editions.exists()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            document = self.get_object(request, unquote(object_id))
            if document:
                # Of two who press at once, the second waits here and is then told what the first has done.
                Document.objects.select_for_update().get(pk=document.pk)
                self._take_down(request, document)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _take_down(self, request: HttpRequest, document: Document) -> None:
        """Withdraw and call off come before the form is judged: a page must come down even if its form has errors."""
        wanted = {"_withdraw", "_cancel_schedule"} & set(request.POST)
        if not wanted:
            return
        self._require_publisher(request, document)
        try:
            if "_withdraw" in wanted:
                edition = withdraw(document=document, by=person(request))
                self._record(request, document, _("Withdrawn: %(path)s") % {"path": edition.path})
                text = _("Withdrawn. Whoever opens %(path)s is told that the page is gone.") % {"path": edition.path}
            else:
                cancel_schedule(document=document, by=person(request))
                self._record(request, document, gettext("Schedule cancelled."))
                text = _("The schedule is cancelled. %(state)s") % {"state": state_of(self._fresh(document)).words}
        except PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, text, messages.SUCCESS)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        original: Document | None = context.get("original")
        context |= {
            "state": state_of(self._fresh(original)) if original else None,
            "seen": seen_mark(self._fresh(original)) if original else "",
            "can_publish": self.can_publish(request),
            "page_form": context["adminform"].form,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def _fresh(self, document: Document) -> Document:
        return Document.objects.get(pk=document.pk)

    # Saving and publishing -------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        # An unchanged form leaves alone who saved last, and when.
        if not change or not isinstance(form, DocumentForm) or form.page_changed:
            obj.updated_by = person(request)
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: DocumentForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        is_body_changed = any(formset.has_changed() for formset in formsets)
        if change and is_body_changed and isinstance(form, DocumentForm) and not form.page_changed:
            form.instance.updated_by = person(request)
            form.instance.save(update_fields=["updated_at", "updated_by"])
        if reversion.is_active():
            # Its version was taken when the row was saved, and that is before its topics were.
            reversion.add_to_revision(Document.objects.get(pk=form.instance.pk))

    def response_add(self, request: HttpRequest, obj: Document, post_url_continue: str | None = None) -> HttpResponse:
        return self._publish_if_asked(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Document) -> HttpResponse:
        return self._publish_if_asked(request, obj) or super().response_change(request, obj)

    def _publish_if_asked(self, request: HttpRequest, document: Document) -> HttpResponse | None:
        """What follows the saving, when another button than Save was pressed."""
        here = HttpResponseRedirect(self._address("change", document))
        if "_preview" in request.POST:
            return HttpResponseRedirect(self._address("preview", document))
        if {"_withdraw", "_cancel_schedule"} & set(request.POST):
            return here
        if not {"_publish", "_schedule"} & set(request.POST):
            return None
        self._require_publisher(request, document)
        moments = forms.DateTimeField(required=False)
        begins = moments.clean(request.POST.get("goes_live_at")) if "_schedule" in request.POST else None
        ends = moments.clean(request.POST.get("ends_at"))
        try:
            edition = publish(document=document, by=person(request), at=begins, until=ends)
        except PublishingError as error:
            self.message_user(request, _("Saved, but not published. %(reason)s") % {"reason": error}, messages.ERROR)
        else:
            self._record(request, document, self._record_words(edition))
            self.message_user(request, self._success_words(edition), messages.SUCCESS)
        return here

    def _record_words(self, edition: Edition) -> str:
        if edition.live_from > timezone.now():
            return _("Scheduled for %(moment)s: %(path)s") % {
                "moment": moment_words(edition.live_from),
                "path": edition.path,
            }
        return _("Published: %(path)s") % {"path": edition.path}

    def _success_words(self, edition: Edition) -> SafeString:
        link = format_html('<a href="{}">{}</a>', edition.path, edition.path)
        if edition.live_from > timezone.now():
            return format_html(
                gettext("Scheduled. The public sees it from {} at {}."), moment_words(edition.live_from), edition.path
            )
        if edition.live_until:
            return format_html(
                gettext("Published. The public sees it at {} until {}."), link, moment_words(edition.live_until)
            )
        return format_html(gettext("Published. The public sees it now at {}."), link)

    def _require_publisher(self, request: HttpRequest, document: Document) -> None:
        if not self.can_publish(request) or not self.has_change_permission(request, document):
            raise PermissionDenied

    def _record(self, request: HttpRequest, document: Document, words: str) -> None:
        self.log_change(request, document, str(words))

    # Preview and the record ------------------------------------------------------------------------------------

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/preview/", view(self.preview_view), name=f"{name}_preview"),
            path("<int:object_id>/editions/", view(self.editions_view), name=f"{name}_editions"),
            path("<int:object_id>/editions/<int:edition_id>/", view(self.edition_view), name=f"{name}_edition"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The working copy as readers would get it if it were published now."""
        document = self._readable(request, object_id)
        edition = build_edition(document, at=timezone.now())
        note = gettext("Preview of the working copy. The public does not see it until it is published.")
        return self._page(request, document, edition, note)

    def edition_view(self, request: HttpRequest, object_id: int, edition_id: int) -> HttpResponse:
        """One edition as it was taken."""
        document = self._readable(request, object_id)
        edition = Edition.objects.filter(document_id=document.pk, pk=edition_id).first()
        if edition is None:
            raise Http404
        words = {"since": moment_words(edition.live_from)}
        if edition.live_until == edition.live_from:
            note = _("Taken for %(since)s and called off. The public never saw it.") % words
        elif edition.live_until:
            words["until"] = moment_words(edition.live_until)
            note = _("What the public sees from %(since)s to %(until)s.") % words
        else:
            note = _("What the public sees since %(since)s.") % words
        return self._page(request, document, edition, note)

    def editions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What the public saw of this document, and when."""
        document = self._readable(request, object_id)
        editions = Edition.objects.for_lists().filter(document_id=document.pk).select_related("taken_by")
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the public saw: %(title)s") % {"title": document.title},
            "opts": self.opts,
            "original": document,
            "state": state_of(document),
            "editions": editions.order_by("-live_from", "-pk")[:200],
            "now": timezone.now(),
            "edition_url": f"admin:{self.opts.app_label}_{self.opts.model_name}_edition",
        }
        return TemplateResponse(request, "admin/publishing/document/editions.html", context)

    def _page(self, request: HttpRequest, document: Document, edition: Edition, note: str) -> HttpResponse:
        context = self.page_context(request, edition) | {
            "preview_note": note,
            "preview_back": self._address("change", document),
        }
        response = edition_response(request, edition, context=context, is_preview=True)
        no_store(response)
        response["X-Robots-Tag"] = "noindex"
        return response

    def _readable(self, request: HttpRequest, object_id: int) -> Document:
        document = self.get_object(request, str(object_id))
        if document is None:
            raise Http404
        if not self.has_view_or_change_permission(request, document):
            raise PermissionDenied
        return document

    def _address(self, what: str, document: Document) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{what}", args=[document.pk])


__all__ = ["BLOCK_INLINES", "PUBLISH_PERMISSION", "DocumentAdmin", "DocumentForm", "SourceInline", "State"]
