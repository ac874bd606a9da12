"""The enquiry form and the page after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import encryption
from core.http import no_store
from core.public_forms import PublicFormView
from enquiries.forms import EnquiryForm
from enquiries.models import KEPT_AFTER_CLOSING, Enquiry
from enquiries.services import receive_enquiry

SENT_SALT = "enquiries.sent"
SENT_SHOWN_FOR = timedelta(minutes=15)


class NewEnquiryView(PublicFormView):
    form_class = EnquiryForm
    template_name = "enquiries/new.html"
    purpose = "enquiry"
    extra_context = {"kept_days": KEPT_AFTER_CLOSING.days, "crumbs": []}

    def is_open(self) -> bool:
        return encryption.is_ready()

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        enquiry = receive_enquiry(
            answers=form.answers(),
            nonce=nonce,
            address=address,
            is_quarantined=looks_automatic or form.has_many_links,
        )
        return reverse("enquiries:sent", args=[signing.dumps(enquiry.token_nonce, salt=SENT_SALT)])


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """The reference, for a quarter of an hour; after that the same address tells nothing to whoever finds it."""
    enquiry, status = None, 410
    try:
        nonce = signing.loads(token, salt=SENT_SALT, max_age=SENT_SHOWN_FOR)
        enquiry = Enquiry.objects.defer("sealed_answers").filter(token_nonce=nonce).first()
        status = 200 if enquiry else 410
    except signing.BadSignature:
        pass
    except (DatabaseError, InterfaceError):
        # The signature says that it was stored; nobody may be told anything else.
        status = 503
    context: dict[str, Any] = {"enquiry": enquiry, "is_stored": status == 503, "crumbs": []}
    response = render(request, "enquiries/sent.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    no_store(response)
    return response
