"""Every parser and pattern that a visitor's text goes through. `bench.parsers` imports it once Django is set up."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import count

from django import forms
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.cache import get_conditional_response

from core import formtoken, http, throttle
from core.middleware import bad_input
from core.references import parse_reference
from core.wsgi import check_content_type
from enquiries import spam
from enquiries.answers import Answers
from enquiries.forms import FORMS
from feedback.forms import ReportForm
from tests.factories import make_enquiry_post, make_form_token

_visitors = count(1)
HEADERS = {
    "is_same_origin": ("HTTP_REFERER", http.is_same_origin),
    "takes_gzip": ("HTTP_ACCEPT_ENCODING", http.takes_gzip),
    "client_address": ("REMOTE_ADDR", throttle.client_address),
    "conditional request": ("HTTP_IF_NONE_MATCH", partial(get_conditional_response, etag='"x"')),
    "query that cannot be": ("QUERY_STRING", bad_input.has_impossible_text),
    "cookies": ("HTTP_COOKIE", lambda request: request.COOKIES),
    "host": ("HTTP_HOST", lambda request: _refused_or(request.get_host)),
}


def _refused_or(read: Callable[[], object]) -> None:
    # A refusal is an answer as well; only its time counts here.
    with suppress(ValueError, SuspiciousOperation):
        read()


def parsers() -> dict[str, Callable[[str], object]]:
    """Each by its name, given one text."""
    found: dict[str, Callable[[str], object]] = {}
    for form in (*FORMS.values(), ReportForm):
        for name, field in form.base_fields.items():
            found[f"{form.__name__}.{name}"] = partial(_clean, field)
    for name, (header, read) in HEADERS.items():
        found[name] = partial(_read, header, read)
    found["form token"] = lambda text: _refused_or(
        lambda: formtoken.read("enquiry", text.encode("ascii", "replace").decode(), max_age=timedelta(days=1))
    )
    found["content type"] = lambda text: check_content_type(lambda environ, start: [])({"CONTENT_TYPE": text}, print)
    found["reference"] = parse_reference
    found["judgement of spam"] = _judge
    found["whole form, as message"] = partial(_post, "message")
    found["whole form, as a line"] = partial(_post, "name")
    return found


def _clean(field: forms.Field, text: str) -> None:
    with suppress(ValidationError):
        field.clean(text)


def _read(header: str, read: Callable, text: str) -> None:
    # As the server hands on the bytes of a header.
    given = text.encode("utf-8", "replace").decode("latin-1")
    read(RequestFactory().get("/", **{header: given}))


def _judge(text: str) -> None:
    with transaction.atomic():
        spam.judge(answers=Answers(who="other", message=text, reply_by="none", name=text), address="192.0.2.1")
        transaction.set_rollback(True)


def _post(name: str, text: str) -> None:
    client = Client(REMOTE_ADDR=f"2001:db8:{next(_visitors):x}::1", raise_request_exception=False)
    body = make_enquiry_post(token=make_form_token()) | {name: text.encode("utf-8", "replace").decode()}
    response = client.post(reverse("enquiries:new"), body, follow=True)
    assert response.status_code < 500, f"{response.status_code} for {name} with {text[:8]!r}"
