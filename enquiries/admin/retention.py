"""Holds, which keep enquiries from being deleted. The list names references and days, the page of one the reason."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.encryption import EncryptionError
from core.transitions import WrongState
from enquiries import retention
from enquiries.models import Enquiry, Hold
from enquiries.permissions import may
from enquiries.services import hold, open_enquiry, review_hold, unhold


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it must be kept"),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("For example: the police, a court or a complaint needs it. It is stored encrypted."),
    )


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["link", "held_at", "reviewed_at", "by"]
    list_display_links = None
    list_select_related = ["enquiry", "by"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return Hold.objects.filter(enquiry__in=Enquiry.objects.visible_to(request.user)).defer("reason")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "hold_enquiry")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_("enquiry"), ordering="enquiry")
    def link(self, held: Hold) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:enquiries_hold_change", args=[held.pk]), held)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.hold_view)
        # Also for an enquiry that is not held yet.
        return [path("<str:reference>/change/", view, name="enquiries_hold_change"), *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        raise Http404

    def hold_view(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show, begin, review and end the hold of one enquiry. Reading the reason counts as opening the enquiry."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        enquiry = Enquiry.objects.visible_to(request.user).defer("sealed_answers").filter(pk=reference).first()
        if enquiry is None:
            raise Http404
        if request.method == "POST":
            return self._act(request, enquiry)
        return self._page(request, enquiry, HoldForm())

    def _page(self, request: HttpRequest, enquiry: Enquiry, form: HoldForm, status: int = 200) -> HttpResponse:
        held, reason = None, ""
        if enquiry.is_held:
            open_enquiry(reference=enquiry.pk, by=cast(User, request.user))
            held = Hold.objects.select_related("by").filter(pk=enquiry.pk).first()
            try:
                reason = held.reason if held else ""
            except EncryptionError:
                reason = str(_("It cannot be read: its key is missing from FIELD_KEYS."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hold %(reference)s") % {"reference": enquiry},
            "opts": self.opts,
            "enquiry": enquiry,
            "held": held,
            "reason": reason,
            "kept_until": retention.kept_until(enquiry),
            "form": form,
        }
        return TemplateResponse(request, "enquiries/admin/retention/hold.html", context, status=status)

    def _act(self, request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
        by, act = cast(User, request.user), request.POST.get("act")
        try:
            if act == "hold":
                form = HoldForm(request.POST)
                if not form.is_valid():
                    return self._page(request, enquiry, form, status=422)
                hold(reference=enquiry.pk, by=by, reason=form.cleaned_data["reason"])
                words = _("%(reference)s is held: it is not deleted until the hold is ended.")
            elif act == "review":
                review_hold(reference=enquiry.pk, by=by)
                words = _("The hold of %(reference)s is reviewed. It comes up again in a year.")
            elif act == "unhold":
                unhold(reference=enquiry.pk, by=by)
                words = _("%(reference)s is no longer held. Its time counts again.")
            else:
                raise Http404
        except EncryptionError:
            words = _("A key is missing from FIELD_KEYS, or it is the wrong one. Nothing was done.")
            self.message_user(request, words, messages.ERROR)
        except (WrongState, Hold.DoesNotExist):
            self.message_user(request, _("Somebody else changed it first. See its state below."), messages.WARNING)
        else:
            self.message_user(request, words % {"reference": enquiry}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:enquiries_hold_change", args=[enquiry.pk]))
