"""The enquiry form and the page after it."""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import encryption, sealed_rows
from core.http import no_store
from core.public_forms import HONEYPOT_FIELD, PublicFormView
from enquiries.answers import ReplyBy
from enquiries.forms import EnquiryForm
from enquiries.models import RETENTION_AFTER_CLOSING, Enquiry
from enquiries.opening import opening_note
from enquiries.services import receive_enquiry

SENT_SALT = "enquiries.sent"
SENT_SHOWN_FOR = timedelta(minutes=15)


class NewEnquiryView(PublicFormView):
    form_class = EnquiryForm
    template_name = "enquiries/new.html"
    purpose = "enquiry"
    extra_context = {"retention_days": RETENTION_AFTER_CLOSING.days, "crumbs": []}

    def is_open(self) -> bool:
        return sealed_rows.can_store()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(opening=opening_note(self.request), **kwargs)

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        enquiry = receive_enquiry(
            answers=form.answers(),
            nonce=nonce,
            address=address,
            quarantine_reason=self._sign() if looks_automatic else "",
        )
        return reverse("enquiries:sent", args=[signing.dumps(enquiry.token_nonce, salt=SENT_SALT)])

    def _sign(self) -> Enquiry.QuarantineReason:
        is_filled = self.request.POST.get(HONEYPOT_FIELD)
        return Enquiry.QuarantineReason.HIDDEN_FIELD if is_filled else Enquiry.QuarantineReason.TOO_FAST


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
