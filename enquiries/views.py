"""The enquiry form and the page after it. No reader gets a cookie that outlives a second."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import encryption, formtoken
from core.encryption import EncryptionError
from core.formtoken import BadToken, ExpiredToken, FormToken
from core.http import is_same_origin, no_store, prevent_bfcache
from core.throttle import client_address
from enquiries.forms import EnquiryForm
from enquiries.models import KEPT_AFTER_CLOSING, Enquiry
from enquiries.services import PER_ADDRESS_WINDOW, SentBefore, TooManyEnquiries, receive_enquiry

logger = logging.getLogger(__name__)

# A page may stay open over a night in which nobody can write.
TOKEN_AGE = timedelta(days=1)
FORM, FORM_AGAIN = "enquiry", "enquiry-again"
# Nobody reads the page, answers four questions and presses a button in less.
FASTEST = timedelta(seconds=2)

HOME = {"label": _("Home"), "url": "/"}

SENT_SALT = "enquiries.sent"
SENT_SHOWN_FOR = timedelta(minutes=15)


# The form carries a signed token and the browser says where it was sent from: no cookie is needed against forgery.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        response = _receive(request)
        prevent_bfcache(response)
    else:
        response = _form_page(request, EnquiryForm(), status=200 if encryption.is_ready() else 503)
        no_store(response)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _receive(request: HttpRequest) -> HttpResponse:
    """Whatever goes wrong, the answer is the form with everything typed still in it, and what to do."""
    form = EnquiryForm(request.POST)
    if not encryption.is_ready():
        return _form_page(request, form, status=503, notice="not-saved")
    if not is_same_origin(request):
        return _form_page(request, form, status=403, notice="elsewhere")
    token_text = request.POST.get("token", "")
    try:
        token = _read_token(token_text)
    except ExpiredToken:
        return _form_page(request, form, status=422, notice="expired", token=formtoken.issue(FORM_AGAIN))
    except BadToken:
        # Not from a page of ours: whoever sends it again is as quick as at the first time.
        return _form_page(request, form, status=422, notice="expired", token=formtoken.issue(FORM))
    if not form.is_valid():
        return _form_page(request, form, status=422, token=token_text)
    try:
        enquiry = receive_enquiry(
            answers=form.answers(),
            nonce=token.nonce,
            address=client_address(request),
            is_quarantined=form.looks_automatic or _was_too_fast(token_text, token),
        )
    except SentBefore:
        return _form_page(request, form, status=422, notice="sent-before", token=formtoken.issue(FORM_AGAIN))
    except TooManyEnquiries:
        response = _form_page(request, form, status=429, notice="too-many", token=token_text)
        response.headers["Retry-After"] = str(int(PER_ADDRESS_WINDOW.total_seconds()))
        return response
    except (DatabaseError, InterfaceError, EncryptionError) as error:
        # The database is away, its disk is full or the fault is ours: nothing was stored, and the person must know.
        logger.error("enquiry not stored", exc_info=error)
        return _form_page(request, form, status=503, notice="not-saved", token=token_text)
    sent = signing.dumps(enquiry.token_nonce, salt=SENT_SALT)
    return HttpResponseRedirect(reverse("enquiries:sent", args=[sent]), status=303)


def _read_token(text: str) -> FormToken:
    """Raises ExpiredToken, or BadToken for one that is not ours."""
    try:
        return formtoken.read(FORM, text, max_age=TOKEN_AGE)
    except ExpiredToken:
        raise
    except BadToken:
        return formtoken.read(FORM_AGAIN, text, max_age=TOKEN_AGE)


def _was_too_fast(text: str, token: FormToken) -> bool:
    """Not asked of a form that came back filled in: there one press of the button is all that is left to do."""
    try:
        formtoken.read(FORM_AGAIN, text, max_age=TOKEN_AGE)
    except BadToken:
        return timezone.now() - token.issued_at < FASTEST
    return False


def _form_page(
    request: HttpRequest, form: EnquiryForm, *, status: int, notice: str = "", token: str | None = None
) -> HttpResponse:
    response = render(
        request,
        "enquiries/new.html",
        {
            "form": form,
            "token": token or formtoken.issue(FORM),
            "notice": notice,
            "has_problem": bool(notice or form.errors),
            "is_closed": not encryption.is_ready(),
            "kept_days": KEPT_AFTER_CLOSING.days,
            "crumbs": [HOME],
        },
        status=status,
    )
    if status == 503:
        response.headers["Retry-After"] = "300"
    return response


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """The reference, for a quarter of an hour; after that the same address tells nothing to whoever finds it."""
    try:
        nonce = signing.loads(token, salt=SENT_SALT, max_age=SENT_SHOWN_FOR)
    except signing.BadSignature:
        enquiry = None
        status = 410
    else:
        try:
            enquiry = Enquiry.objects.defer("sealed_answers").filter(token_nonce=nonce).first()
            status = 200 if enquiry else 410
        except (DatabaseError, InterfaceError):
            # The signature says that it was stored; nobody may be told anything else.
            enquiry, status = None, 503
    context = {"enquiry": enquiry, "is_stored": status == 503, "crumbs": [HOME]}
    response = render(request, "enquiries/sent.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    no_store(response)
    return response
