"""Pages for staff beside the form: the preview, and the record of what the public saw."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.models import Document, Edition
from publishing.publish import build_edition
from publishing.state import moment_words, state_words
from publishing.views import render_edition


class EditionViewsAdmin(admin.ModelAdmin):
    """A document as readers would get it, as they got it, and when."""

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
        edition = get_object_or_404(Edition, document_id=document.pk, pk=edition_id)
        moments = {"since": moment_words(edition.live_from)}
        if edition.live_until == edition.live_from:
            note = _("Taken for %(since)s and called off. The public never saw it.") % moments
        elif edition.live_until:
            moments["until"] = moment_words(edition.live_until)
            note = _("What the public sees from %(since)s to %(until)s.") % moments
        else:
            note = _("What the public sees since %(since)s.") % moments
        return self._page(request, document, edition, note)

    def editions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """List every edition of this document with the time it was public."""
        document = self._readable(request, object_id)
        editions = Edition.objects.defer("body_html", "body_text", "details", "sources").filter(document_id=document.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the public saw: %(title)s") % {"title": document.title},
            "opts": self.opts,
            "original": document,
            "state_words": state_words(document),
            "editions": editions.select_related("taken_by").order_by("-live_from", "-pk")[:200],
            "now": timezone.now(),
            "edition_url": f"admin:{self.opts.app_label}_{self.opts.model_name}_edition",
        }
        return TemplateResponse(request, "admin/publishing/document/editions.html", context)

    def _page(self, request: HttpRequest, document: Document, edition: Edition, note: str) -> HttpResponse:
        edit_url = self.address("change", document)
        return render_edition(request, edition, is_preview=True, preview_note=note, edit_url=edit_url)

    def _readable(self, request: HttpRequest, object_id: int) -> Document:
        document = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_or_change_permission(request, document):
            raise PermissionDenied
        return document

    def address(self, what: str, document: Document) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{what}", args=[document.pk])
