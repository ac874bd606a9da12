"""Buttons that publish, schedule and withdraw, and their messages to the editor."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.admin.edition_views import EditionViewsAdmin
from publishing.models import Document, Edition
from publishing.publish import PublishingError, cancel_schedule, publish, withdraw
from publishing.state import moment_words, state_of

PUBLISH_PERMISSION = "publishing.publish_document"


def staff_user(request: HttpRequest) -> User:
    """Give the signed-in member of staff; the back office lets nobody else in."""
    return cast(User, request.user)


class PublishButtonsAdmin(EditionViewsAdmin):
    """Does what the pressed button says. Each needs the permission `publishing.publish_document`."""

    def can_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH_PERMISSION)

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
                # Lock the row: a second click waits and then sees the result of the first.
                Document.objects.select_for_update(no_key=True).get(pk=document.pk)
                self._withdraw_if_asked(request, document)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _withdraw_if_asked(self, request: HttpRequest, document: Document) -> None:
        """Withdraw or call off before the form is judged: a page must come down even if its form has errors."""
        pressed = {"_withdraw", "_cancel_schedule"} & set(request.POST)
        if not pressed:
            return
        self._require_publisher(request, document)
        try:
            if "_withdraw" in pressed:
                edition = withdraw(document=document, by=staff_user(request))
                self._record(request, document, _("Withdrawn: %(path)s") % {"path": edition.path})
                text = _("Withdrawn. Whoever opens %(path)s is told that the page is gone.") % {"path": edition.path}
            else:
                cancel_schedule(document=document, by=staff_user(request))
                self._record(request, document, gettext("Schedule cancelled."))
                text = _("The schedule is cancelled. %(state)s") % {
                    "state": state_of(Document.objects.get(pk=document.pk)).words
                }
        except PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, text, messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: Document, post_url_continue: str | None = None) -> HttpResponse:
        return self._publish_if_asked(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Document) -> HttpResponse:
        return self._publish_if_asked(request, obj) or super().response_change(request, obj)

    def _publish_if_asked(self, request: HttpRequest, document: Document) -> HttpResponse | None:
        """Do what follows the saving when another button than Save was pressed."""
        here = HttpResponseRedirect(self.address("change", document))
        if "_preview" in request.POST:
            return HttpResponseRedirect(self.address("preview", document))
        if {"_withdraw", "_cancel_schedule"} & set(request.POST):
            return here
        if not {"_publish", "_schedule"} & set(request.POST):
            return None
        self._require_publisher(request, document)
        moments = forms.DateTimeField(required=False)
        begins = moments.clean(request.POST.get("goes_live_at")) if "_schedule" in request.POST else None
        ends = moments.clean(request.POST.get("ends_at"))
        try:
            edition = publish(document=document, by=staff_user(request), at=begins, until=ends)
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
