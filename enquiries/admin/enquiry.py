"""The duty desk. Its list says nothing about anybody, and it records each opening of an enquiry."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.admin import GrantedPermissionsMixin, ReadOnlyAdmin
from core.encryption import EncryptionError
from core.references import parse_reference
from core.transitions import WrongState
from enquiries import desk
from enquiries.admin.forms import FORMS
from enquiries.admin.queue import QueueFilter
from enquiries.models import Enquiry
from enquiries.permissions import may
from enquiries.retention import kept_until
from enquiries.services import change_state, find_enquiry, is_recorded, open_enquiry
from enquiries.transitions import TRANSITIONS

#: After so long somebody else may read a mailbox: TRUST 4.1.5.
STILL_SAFE_FOR = timedelta(days=7)


@admin.register(Enquiry)
class EnquiryAdmin(GrantedPermissionsMixin, ReadOnlyAdmin):
    list_display = ["shown_reference", "how_urgent", "due", "state", "owner", "team", "remarks"]
    list_filter = [QueueFilter, "team", "audience"]
    list_select_related = ["owner", "team"]
    # Whoever waits for the most urgent answer comes first, and who has waited longest before the others.
    ordering = ["-urgency", "answer_by"]
    search_fields = ["reference"]
    search_help_text = _("The reference, as the caller says it. What people wrote cannot be searched.")
    actions = None
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enquiry]:
        return Enquiry.objects.visible_to(request.user).defer("sealed_answers")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return (queryset.filter(pk=parse_reference(search_term)) if search_term else queryset), False

    @admin.display(description=_("reference"), ordering="reference")
    def shown_reference(self, enquiry: Enquiry) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', enquiry)

    @admin.display(description=_("urgency"), ordering="urgency")
    def how_urgent(self, enquiry: Enquiry) -> str:
        words = enquiry.get_urgency_display()
        if enquiry.urgent_week is None:
            return words
        week = date_format(enquiry.urgent_week, "j F")
        return _("%(urgency)s (week of %(day)s)") % {"urgency": words, "day": week}

    @admin.display(description=_("answer by"), ordering="answer_by")
    def due(self, enquiry: Enquiry) -> SafeString:
        words = date_format(timezone.localtime(enquiry.answer_by), "D j M, H:i")
        is_late = enquiry.is_overdue(at=timezone.now())
        # The word beside the colour: colour alone tells nobody.
        late = format_html('<strong class="errornote">{}</strong> ', _("late")) if is_late else ""
        return format_html('{}<span class="nowrap">{}</span>', late, words)

    @admin.display(description=_("remarks"))
    def remarks(self, enquiry: Enquiry) -> str:
        words = [(enquiry.is_restricted, _("restricted")), (enquiry.is_quarantined, _("quarantined"))]
        return ", ".join(str(word) for holds, word in words if holds)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<str:reference>/transition/", view(self.transition_view), name="enquiries_enquiry_transition"),
            path("<str:reference>/look/", view(self.look_view), name="enquiries_enquiry_look"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show one enquiry. The reading is recorded before anything is decrypted."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        by = cast(User, request.user)
        try:
            enquiry = find_enquiry(reference=object_id, by=by)
        except Enquiry.DoesNotExist as error:
            raise Http404 from error
        # What may come from a program is read by whoever asks to, and otherwise not.
        is_shown = not enquiry.is_quarantined or is_recorded(enquiry=enquiry, by=by)
        answers = None
        if is_shown:
            enquiry = open_enquiry(reference=object_id, by=by)
            with suppress(EncryptionError):
                answers = enquiry.answers
        age = timezone.now() - enquiry.received_at
        context = {
            **self.admin_site.each_context(request),
            "title": str(enquiry),
            "opts": self.opts,
            "enquiry": enquiry,
            "is_shown": is_shown,
            "answers": answers,
            "is_long_ago": age > STILL_SAFE_FOR,
            "notice": desk.notice_of(enquiry),
            "kept_until": kept_until(enquiry),
            "may_hold": may(by, "hold_enquiry"),
            "safe_contact": desk.safe_contact(answers) if answers else [],
            "about": desk.about(answers) if answers else [],
            "events": enquiry.events.select_related("by"),
            # Those that this person may apply now, each with the form that it asks for.
            "transitions": [
                {"name": name, "transition": transition, "form": FORMS[name]() if name in FORMS else None}
                for name, transition in TRANSITIONS.items()
                if self.has_act_permission(request) and transition.is_allowed(enquiry)
            ],
        }
        return TemplateResponse(request, "enquiries/admin/enquiry.html", context)

    @method_decorator(require_POST)
    def transition_view(self, request: HttpRequest, reference: str) -> HttpResponse:
        if not self.has_act_permission(request):
            raise PermissionDenied
        name = request.POST.get("transition", "")
        if name not in TRANSITIONS or not Enquiry.objects.visible_to(request.user).filter(pk=reference).exists():
            raise Http404
        page = HttpResponseRedirect(reverse("admin:enquiries_enquiry_change", args=[reference]))
        form = FORMS.get(name, forms.Form)(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                self.message_user(request, " ".join(map(str, errors)), messages.ERROR)
            return page
        by = cast(User, request.user)
        try:
            enquiry = change_state(transition=name, reference=reference, by=by, **form.cleaned_data)
        except WrongState:
            self.message_user(request, _("Somebody else changed it first. See its state below."), messages.WARNING)
        else:
            self.message_user(request, TRANSITIONS[name].success % {"row": enquiry}, messages.SUCCESS)
            if not Enquiry.objects.visible_to(by).filter(pk=reference).exists():
                return HttpResponseRedirect(reverse("admin:enquiries_enquiry_changelist"))
        return page

    @method_decorator(require_POST)
    def look_view(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Record that this person looks at what may come from a program. Its page then shows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            open_enquiry(reference=reference, by=cast(User, request.user))
        except Enquiry.DoesNotExist as error:
            raise Http404 from error
        return HttpResponseRedirect(reverse("admin:enquiries_enquiry_change", args=[reference]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """The page of an enquiry shows its record. The admin's log holds none."""
        raise Http404
