"""Requests of people about their own data. The list names references and days, the page of one what they wrote.

Who opened a request and those who decide see that page as a whole. The second approver sees that the procedure was
kept, and nothing about the person.
"""

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
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import encryption
from core.admin import ReadOnlyAdmin
from core.encryption import EncryptionError
from core.references import format_reference
from core.transitions import WrongState
from enquiries.models import RightsFile, RightsRequest
from enquiries.permissions import may
from enquiries.services import open_request, rights

SEALED = ("name", "email", "phone", "references", "letter")
PARTS = ("with_third_parties", "with_safe_contact", "with_staff_notes")


class RightsRequestForm(forms.ModelForm):
    class Meta:
        model = RightsRequest
        fields = ["kind", "received_on", *SEALED]
        widgets = {
            "received_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "name": forms.TextInput(),
            "email": forms.EmailInput(),
            "phone": forms.TextInput(attrs={"inputmode": "tel"}),
            "references": forms.TextInput(),
            "letter": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in SEALED:
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "vLargeTextField"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("email", "phone", "references")):
            self.add_error(
                "email", _("Give something to look for: an email address, a telephone number or a reference.")
            )
        return cleaned

    def clean_received_on(self) -> Any:
        if (day := self.cleaned_data["received_on"]) > timezone.localdate():
            raise forms.ValidationError(_("This day is yet to come."))
        return day


class IdentityForm(forms.Form):
    checks = forms.MultipleChoiceField(
        label=_("What was checked"), choices=rights.IDENTITY_CHECKS, widget=forms.CheckboxSelectMultiple, required=False
    )
    note = forms.CharField(
        label=_("How, when and by whom"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_checks(self) -> list[str]:
        checks = self.cleaned_data["checks"]
        if len(checks) < len(rights.IDENTITY_CHECKS):
            raise forms.ValidationError(_("All of these must hold. If one does not, ask the person again."))
        return checks


@admin.register(RightsRequest)
class RightsRequestAdmin(ReadOnlyAdmin):
    form = RightsRequestForm
    list_display = ["shown_reference", "kind", "received_on", "due", "progress"]
    list_filter = ["kind", "outcome"]
    fields = ["kind", "received_on", *SEALED]
    show_full_result_count = False

    # Who may do what

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "view_rightsrequest") or may(request.user, "second_rightsrequest")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "add_rightsrequest")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RightsRequest]:
        """Officers see those that they opened, so that nobody learns who else asked."""
        rows = RightsRequest.objects.defer(*SEALED, "identity_note", "chosen")
        if may(request.user, "approve_rightsrequest") or may(request.user, "second_rightsrequest"):
            return rows
        return rows.filter(opened_by=cast(User, request.user))

    # The list and the form of a new one

    @admin.display(description=_("reference"), ordering="reference")
    def shown_reference(self, row: RightsRequest) -> SafeString:
        return format_html('<span class="nowrap">{}</span>', row)

    @admin.display(description=_("answer by"), ordering="due_on")
    def due(self, row: RightsRequest) -> str:
        words = date_format(row.due_on, "j F Y")
        if row.is_overdue(today=timezone.localdate()):
            return format_html('<strong class="errornote">{} {}</strong>', words, _("(late)"))
        return words

    @admin.display(description=_("state"))
    def progress(self, row: RightsRequest) -> str:
        if row.closed_at:
            return row.get_outcome_display()
        if row.seconded_at:
            return str(_("Approved twice"))
        if row.approved_at:
            return str(_("Waits for a second approver"))
        return str(_("Identity checked") if row.identity_checked_at else _("Waits for the identity check"))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without a key nothing can be stored, so nobody is asked to type it."""
        if not encryption.is_ready():
            words = _("A key is missing from FIELD_KEYS: a request cannot be stored. Ask whoever runs the server.")
            self.message_user(request, words, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:enquiries_rightsrequest_changelist"))
        return super().add_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: RightsRequest, form: Any, change: bool) -> None:
        open_request(obj, by=cast(User, request.user))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        raise Http404

    # The page of one

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<str:reference>/act/", wrap(self.act_view), name="enquiries_rightsrequest_act"),
            path("<str:reference>/file/", wrap(self.file_view), name="enquiries_rightsrequest_file"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(request, self._get(request, object_id))

    def _get(self, request: HttpRequest, reference: str) -> RightsRequest:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=reference).first()
        if row is None:
            raise Http404
        return row

    def _sees_person(self, request: HttpRequest, row: RightsRequest) -> bool:
        return may(request.user, "approve_rightsrequest") or (
            row.opened_by_id == request.user.pk and may(request.user, "change_rightsrequest")
        )

    def _page(self, request: HttpRequest, row: RightsRequest, status: int = 200, **more: Any) -> HttpResponse:
        """Show the request. The reading is recorded before anything is decrypted."""
        by = cast(User, request.user)
        is_lead, sees_person = may(by, "approve_rightsrequest"), self._sees_person(request, row)
        details, is_unreadable = [], False
        if sees_person:
            rights.record_reading(row, by=by)
            try:
                details = [
                    (RightsRequest._meta.get_field(name).verbose_name, text)  # type: ignore[union-attr]
                    for name in (*SEALED, "identity_note")
                    if (text := getattr(row, name))
                ]
            except EncryptionError:
                is_unreadable = True
        is_open = row.closed_at is None
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "row": row,
            "details": details,
            "is_unreadable": is_unreadable,
            "is_late": row.is_overdue(today=timezone.localdate()),
            "days_left": (row.due_on - timezone.localdate()).days,
            "parts": [(name, RightsRequest._meta.get_field(name).verbose_name) for name in PARTS],  # type: ignore[union-attr]
            "parts_given": [
                RightsRequest._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                for name in PARTS
                if getattr(row, name)
            ],
            "file": RightsFile.objects.filter(pk=row.pk, expires_at__gt=timezone.now()).defer("content").first(),
            "identity_form": IdentityForm(),
            "may_check": is_open and sees_person and not row.identity_checked_at,
            "may_look": is_open and is_lead and bool(row.identity_checked_at) and not row.is_approved,
            "may_second": (
                is_open
                and bool(row.approved_at)
                and not row.is_approved
                and may(by, "second_rightsrequest")
                and by.pk not in {row.approved_by_id, row.opened_by_id}
            ),
            "may_act": is_open and is_lead and row.is_approved,
            "may_take_back": is_open and is_lead and bool(row.approved_at),
            "may_close": is_open and is_lead,
            "outcomes": RightsRequest.Outcome.choices,
            "steps": row.steps.select_related("by"),
            **more,
        }
        return TemplateResponse(request, "enquiries/admin/rights/request.html", context, status=status)

    # What is done with one

    @method_decorator(require_POST)
    def act_view(self, request: HttpRequest, reference: str) -> HttpResponse:
        row, act = self._get(request, reference), request.POST.get("act", "")
        acts = {
            "identity": (self._sees_person(request, row), self._check_identity),
            "look": (may(request.user, "approve_rightsrequest"), self._look),
            "approve": (may(request.user, "approve_rightsrequest"), self._approve),
            "second": (may(request.user, "second_rightsrequest"), self._second),
            "take-back": (may(request.user, "approve_rightsrequest"), self._take_back),
            "make": (may(request.user, "approve_rightsrequest"), self._make),
            "erase": (may(request.user, "approve_rightsrequest"), self._erase),
            "close": (may(request.user, "approve_rightsrequest"), self._close),
        }
        if act not in acts:
            raise Http404
        is_allowed, function = acts[act]
        if not is_allowed:
            raise PermissionDenied
        try:
            page = function(request, row)
        except rights.IdentityUnchecked:
            self.message_user(request, _("Check the identity first."), messages.WARNING)
            page = None
        except rights.WrongApprover:
            words = _("The second approver must be another person than who opened and who approved it.")
            self.message_user(request, words, messages.ERROR)
            page = None
        except WrongState:
            self.message_user(request, _("Somebody else changed it first. See its state below."), messages.WARNING)
            page = None
        except EncryptionError:
            words = _("A key is missing from FIELD_KEYS, or it is the wrong one. Nothing was done.")
            self.message_user(request, words, messages.ERROR)
            page = None
        return page or HttpResponseRedirect(reverse("admin:enquiries_rightsrequest_change", args=[row.pk]))

    def _check_identity(self, request: HttpRequest, row: RightsRequest) -> HttpResponse | None:
        form = IdentityForm(request.POST)
        if not form.is_valid():
            return self._page(request, row, 422, identity_form=form)
        rights.confirm_identity(reference=row.pk, by=cast(User, request.user), **form.cleaned_data)
        self.message_user(request, _("The identity is checked."), messages.SUCCESS)
        return None

    def _look(self, request: HttpRequest, row: RightsRequest) -> HttpResponse:
        found = rights.find_enquiries(reference=row.pk, by=cast(User, request.user))
        return self._page(request, row, found=list(found), has_looked=True)

    def _approve(self, request: HttpRequest, row: RightsRequest) -> None:
        rights.approve(
            reference=row.pk,
            by=cast(User, request.user),
            chosen=request.POST.getlist("chosen"),
            parts=set(request.POST.getlist("parts")) & set(PARTS),
        )
        self.message_user(request, _("Approved. It waits for a second person."), messages.SUCCESS)

    def _second(self, request: HttpRequest, row: RightsRequest) -> None:
        rights.second(reference=row.pk, by=cast(User, request.user))
        self.message_user(request, _("Approved a second time."), messages.SUCCESS)

    def _take_back(self, request: HttpRequest, row: RightsRequest) -> None:
        rights.take_back(reference=row.pk, by=cast(User, request.user))
        self.message_user(request, _("The approvals are taken back."), messages.SUCCESS)

    def _make(self, request: HttpRequest, row: RightsRequest) -> HttpResponse:
        passphrase = rights.make_rights_file(reference=row.pk, by=cast(User, request.user))
        return self._page(request, row, passphrase=passphrase)

    def _erase(self, request: HttpRequest, row: RightsRequest) -> None:
        erased = rights.erase_chosen(reference=row.pk, by=cast(User, request.user))
        words = ngettext("%(n)d enquiry erased.", "%(n)d enquiries erased.", erased.done) % {"n": erased.done}
        self.message_user(request, words, messages.SUCCESS)
        if erased.held:
            names = ", ".join(map(format_reference, erased.held))
            words = _("A hold keeps %(names)s. Its reason is on the page of the hold.") % {"names": names}
            self.message_user(request, words, messages.WARNING)

    def _close(self, request: HttpRequest, row: RightsRequest) -> None:
        outcome = request.POST.get("outcome", "")
        if outcome not in RightsRequest.Outcome.values:
            raise Http404
        rights.close_request(reference=row.pk, by=cast(User, request.user), outcome=outcome)
        self.message_user(request, _("The request is closed."), messages.SUCCESS)

    @method_decorator(require_POST)
    def file_view(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Give the file out, once. Its name says nothing of a person."""
        row = self._get(request, reference)
        if not may(request.user, "approve_rightsrequest"):
            raise PermissionDenied
        try:
            content = rights.take_rights_file(reference=row.pk, by=cast(User, request.user))
        except RightsFile.DoesNotExist:
            self.message_user(
                request, _("The file was downloaded before, or it expired. Make it again."), messages.ERROR
            )
            return HttpResponseRedirect(reverse("admin:enquiries_rightsrequest_change", args=[row.pk]))
        response = HttpResponse(content, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{row}.html"'
        return response
