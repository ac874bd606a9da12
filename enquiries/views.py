"""The ways into the form, the page to check the answers, and the page after sending."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core import encryption, held_forms
from core.content import period_of
from core.http import is_same_origin, no_store
from core.public_forms import PublicFormView
from enquiries.answers import ReplyBy
from enquiries.forms import FORMS, EnquiryForm, own_page
from enquiries.models import RETENTION_AFTER_CLOSING, RETENTION_LIMIT, Enquiry, FormText
from enquiries.questions import Way
from enquiries.services import receive_enquiry

Reason = Enquiry.QuarantineReason

SENT_SALT = "enquiries.sent"
SENT_SHOWN_FOR = timedelta(minutes=15)
# A complaint about personal data is acknowledged within these: Data Protection Act 2018, section 164A.
COMPLAINT_ACKNOWLEDGED_WITHIN = timedelta(days=30)
PROMISES = {
    "retention_days": RETENTION_AFTER_CLOSING.days,
    "retention_months": RETENTION_LIMIT.days // 30,
    "complaint_days": COMPLAINT_ACKNOWLEDGED_WITHIN.days,
}


def _name(page: str, way: Way) -> str:
    """The URL name of this page of a way: "new", "check_work"."""
    return page if way == Way.FAMILIES else f"{page}_{way.value}"


class EnquiryView(PublicFormView):
    """One way into the form.

    Three buttons send it: one stores it, "check" shows the answers in words first, and on that page each "change" leads
    back to a question. The last two store nothing; what was typed waits as after a mistake.
    """

    template_name = "enquiries/new.html"
    purpose = "enquiry"
    way = Way.FAMILIES

    def get_form_class(self) -> type[EnquiryForm]:
        return FORMS[self.way]

    def get_initial(self) -> dict[str, Any]:
        return {"asked_from": page_before(self.request)}

    def is_open(self) -> bool:
        return encryption.is_ready()

    def form_address(self) -> str:
        return reverse(f"enquiries:{_name('new', self.way)}")

    def check_address(self) -> str:
        return reverse(f"enquiries:{_name('check', self.way)}")

    def held_as(self) -> str:
        return f"{self.purpose}:{self.way}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs = {"way": self.way, "form_address": self.form_address(), "crumbs": [], **PROMISES, **kwargs}
        if not kwargs["form"].is_bound:
            kwargs["texts"] = texts_for(self.request, self.way)
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_sent = not {"check", "change"} & {*request.POST}
        if is_sent or not self.is_open() or not is_same_origin(request):
            return super().post(request, *args, **kwargs)
        form, token = self.get_form(), request.POST.get("token", "")
        if "change" in request.POST:
            name = request.POST["change"]
            fragment = f"#{form.id_of_control(name)}" if name in form.fields else ""
            url = f"{self.form_address()}{fragment}"
            return self.hold_and_redirect(
                form, url=url, token=token, otherwise=lambda: self._page(form, status=200, token=token)
            )
        if not form.is_valid():
            return self.refuse(form, token=token)
        return self.hold_and_redirect(
            form, url=self.check_address(), token=token, otherwise=lambda: self.show_answers(form, token=token)
        )

    def show_answers(self, form: Any, *, token: str) -> HttpResponse:
        context = self.get_context_data(form=form, token=token, given=list(form.given()))
        return render(self.request, "enquiries/check.html", context)

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        enquiry = receive_enquiry(
            answers=form.answers(),
            nonce=nonce,
            address=address,
            quarantine_reason=(Reason.TOO_FAST if looks_automatic else Reason.LINKS if form.has_many_links else ""),
        )
        return reverse("enquiries:sent", args=[signing.dumps(enquiry.token_nonce, salt=SENT_SALT)])


class CheckView(EnquiryView):
    """What a person answered, in words, before it is sent. Without answers, or with a mistake in them: the form."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_open():
            self.held = held_forms.read(request, purpose=self.held_as(), within=self.form_address())
        form = self.get_form()
        if self.held is None or not form.is_valid():
            return HttpResponseRedirect(self.form_address(), status=303)
        return self.show_answers(form, token=str(self.held["token"]))


def texts_for(request: HttpRequest, way: Way) -> list[FormText]:
    """Asked for once while nothing changes. A silent database is not waited for again: the form opens without them."""
    try:
        period = period_of(request)
    except (OperationalError, InterfaceError):
        return []
    return period.once(("form texts", way), lambda: list(FormText.objects.for_way(way)))


def page_before(request: HttpRequest) -> str:
    """The path of the page of ours that led here, or nothing. What was searched for there is left out."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return own_page(parts.path) if parts.netloc == request.get_host() else ""


@csrf_exempt
def moved(request: HttpRequest, *, to: str, **kwargs: str) -> HttpResponse:
    """Lead to where the page is now. A form that was open meanwhile is sent on whole."""
    response = HttpResponsePermanentRedirect(reverse(to, kwargs=kwargs))
    if request.method == "POST":
        response.status_code = 308
    no_store(response)
    return response


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Show the reference for a quarter of an hour. After that the address reveals nothing to a person who finds it."""
    enquiry, status, waits_for_you = None, 410, False
    try:
        nonce = signing.loads(token, salt=SENT_SALT, max_age=SENT_SHOWN_FOR)
        enquiry = Enquiry.objects.filter(token_nonce=nonce).first()
        if enquiry:
            status = 200
            waits_for_you = enquiry.answers.reply_by == ReplyBy.NONE
    except signing.BadSignature:
        pass
    except (DatabaseError, InterfaceError):
        # The signature proves that the enquiry was stored, so the page must say so.
        status = 503
    except encryption.EncryptionError:
        # Without the key nobody can tell what was chosen. Promise no answer to a person who wants none.
        waits_for_you = True
    context: dict[str, Any] = {
        "enquiry": enquiry,
        "waits_for_you": waits_for_you,
        "is_stored": status == 503,
        "crumbs": [],
    }
    response = render(request, "enquiries/sent.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    no_store(response)
    return response
