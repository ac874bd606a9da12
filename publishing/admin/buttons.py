"""Buttons that publish, schedule and withdraw, and their messages to the editor."""

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
from django.utils.text import Truncator
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from publishing.admin.edition_views import EditionViewsAdmin
from publishing.language_check import wrongly_marked_in
from publishing.models import Document, Edition
from publishing.publish import PublishingError, cancel_schedule, publish, withdraw
from publishing.state import moment_words, state_words

PUBLISH_PERMISSION = "publishing.publish_document"
TAKE_DOWN = frozenset({"_withdraw", "_cancel_schedule"})
BUTTONS = TAKE_DOWN | {"_publish", "_schedule"}
#: Of so many texts in another language an editor is told at once.
MOST_WARNINGS = 3


def staff_user(request: HttpRequest) -> User:
    """Give the signed-in member of staff; the back office lets nobody else in."""
    return cast(User, request.user)


class PublishButtonsAdmin(EditionViewsAdmin):
    """Does what the pressed button says. Each needs the permission `publishing.publish_document`."""

    def can_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH_PERMISSION)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if BUTTONS.intersection(request.POST) and not self.can_publish(request):
            raise PermissionDenied
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, *args, **kwargs)
        with transaction.atomic():
            document = self.get_object(request, unquote(object_id))
            if document:
                # Lock the row: a second click waits and then sees the result of the first.
                Document.objects.select_for_update(no_key=True).get(pk=document.pk)
                if TAKE_DOWN.intersection(request.POST):
                    self._withdraw_if_asked(request, document)
            return super().changeform_view(request, object_id, *args, **kwargs)

    def _withdraw_if_asked(self, request: HttpRequest, document: Document) -> None:
        """Withdraw and call off come before the form is judged: a page must come down even if its form has errors."""
        if not self.has_change_permission(request, document):
            raise PermissionDenied
        try:
            if "_withdraw" in request.POST:
                path = withdraw(document=document, by=staff_user(request)).path
                record = _("Withdrawn: %(path)s") % {"path": path}
                text = _("Withdrawn. Whoever opens %(path)s is told that the page is gone.") % {"path": path}
            else:
                cancel_schedule(document=document, by=staff_user(request))
                record = gettext("Schedule cancelled.")
                state = state_words(self.get_queryset(request).get(pk=document.pk))
                text = _("The schedule is cancelled. %(state)s") % {"state": state}
        except PublishingError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, document, record)
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
        if TAKE_DOWN.intersection(request.POST):
            return here
        if not BUTTONS.intersection(request.POST):
            return None
        moments = forms.DateTimeField(required=False)
        begins = moments.clean(request.POST.get("goes_live_at")) if "_schedule" in request.POST else None
        ends = moments.clean(request.POST.get("ends_at"))
        try:
            edition = publish(document=document, by=staff_user(request), at=begins, until=ends)
        except PublishingError as error:
            self.message_user(request, _("Saved, but not published. %(reason)s") % {"reason": error}, messages.ERROR)
        else:
            record, text = self._words(edition)
            self.log_change(request, document, record)
            self.message_user(request, text, messages.SUCCESS)
            self._warn_of_languages(request, edition)
        return here

    def _warn_of_languages(self, request: HttpRequest, edition: Edition) -> None:
        for text, likely in wrongly_marked_in(edition)[:MOST_WARNINGS]:
            words = {"text": Truncator(text).words(8), "language": get_language_info(likely)["name_translated"]}
            warning = _(
                "“%(text)s” reads like %(language)s and is not marked so: it will be read aloud in the wrong voice. "
                "Choose the language of the page or of the block, then publish again."
            )
            self.message_user(request, warning % words, messages.WARNING)

    def _words(self, edition: Edition) -> tuple[str, str]:
        """What the record says of what was done, and what the editor is told."""
        names = {"path": edition.path, "begins": moment_words(edition.live_from)}
        if edition.live_from > timezone.now():
            record = _("Scheduled for %(begins)s: %(path)s") % names
            return record, _("Scheduled. The public sees it from %(begins)s at %(path)s.") % names
        text = gettext("Published. The public sees it now at {}.")
        if edition.live_until:
            text = gettext("Published. The public sees it at {} until {}.")
        link = format_html('<a href="{}">{}</a>', edition.path, edition.path)
        ends = moment_words(edition.live_until) if edition.live_until else ""
        return _("Published: %(path)s") % names, format_html(text, link, ends)
