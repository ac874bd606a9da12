"""Forms that anybody may send. They need no cookie, store an answer once and never lose what a person typed.

A view gives its form, its template, a purpose and `receive`. The template includes "forms/_notice.html" at its top, or
a template that extends it with words of its own, and "forms/_token.html" in the form. Each refusal shows the form again
with all its text.

| what happened                                      | status | notice      |
|----------------------------------------------------|--------|-------------|
| an answer is wrong                                 | 422    |             |
| the page was open for too long, or is not ours     | 422    | expired     |
| the same page was sent before, with other answers  | 422    | sent-before |
| it was sent from another site                      | 403    | elsewhere   |
| too many came from one address                     | 429    | too-many    |
| the database is away, or the form is closed        | 503    | not-saved   |
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from core import formtoken, throttle
from core.encryption import EncryptionError
from core.formtoken import BadToken, ExpiredToken
from core.http import allow_compression, is_same_origin, no_store, prevent_bfcache

logger = logging.getLogger(__name__)

ModelT = TypeVar("ModelT", bound=Model)
Notice = Literal["", "expired", "sent-before", "elsewhere", "too-many", "not-saved"]

# No person sees this field. Only a program fills it in.
HONEYPOT_FIELD = "subject_line"
LINE_LIMIT = 200
# Two equal random keys are rare. Five in a row are a fault.
STORE_TRIES = 5


class DuplicateSubmission(Exception):
    """The same page was sent before, with other answers. Nothing was stored."""


class RateLimited(Exception):
    """This address sent too many forms. Nothing was stored. It may try again after `retry_after`."""

    def __init__(self, retry_after: timedelta):
        super().__init__()
        self.retry_after = retry_after


class PublicFormMixin:
    """For a Form or ModelForm whose page begins with a summary of its mistakes.

    Browsers check nothing, because we cannot choose their words.
    """

    use_required_attribute = False

    def error_links(self) -> Iterator[tuple[str, str]]:
        """List each mistake in the form's order: the id of its first control, and what is wrong."""
        for field in cast(forms.BaseForm, self):
            is_set = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
            for error in field.errors:
                yield (f"{field.auto_id}_0" if is_set else field.auto_id), str(error)


class TypedText(forms.CharField):
    """Keeps text exactly as it was typed, with spaces at its ends. Spaces alone count as no answer.

    The page sets no `maxlength`: a browser would silently cut what a person pastes.
    """

    def __init__(self, *, limit: int = LINE_LIMIT, **kwargs):
        super().__init__(strip=False, **kwargs)
        self.limit = limit

    def to_python(self, value):
        text = super().to_python(value) or ""
        return text if text.strip() else ""

    def validate(self, value: str) -> None:
        super().validate(value)
        if "\x00" in value:
            raise ValidationError(
                _("“%(label)s” holds a character that cannot be kept. Please type it again."),
                params={"label": self.label},
            )
        # Browsers send the end of a line as two characters, but people count one.
        length = len(value.replace("\r\n", "\n"))
        if length > self.limit:
            raise ValidationError(
                _("Shorten “%(label)s” to %(limit)s characters. It has %(length)s now."),
                params={"label": self.label, "limit": f"{self.limit:,}", "length": f"{length:,}"},
            )


# The signed token and the origin that the browser names protect against forgery without a cookie.
@method_decorator(csrf_exempt, name="dispatch")
class PublicFormView(FormView):
    """Set `form_class`, `template_name`, `purpose` and `receive`. The view refuses a token of another purpose."""

    http_method_names = ["get", "head", "post"]
    purpose: str
    # A person may leave the page open overnight.
    max_age = timedelta(days=1)
    # No person reads a page, fills it in and sends it in less. The token counts whole seconds, so this is two at least.
    fastest = timedelta(seconds=3)

    def is_open(self) -> bool:
        """Say whether the site can store an answer now."""
        return True

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        """Store a valid form, once for each nonce, and return the URL of the next page.

        `address` is the sender's: count it and do not keep it. Raises `DuplicateSubmission`, `RateLimited`, or an error
        of the database.
        """
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "POST":
            prevent_bfcache(response)
        else:
            no_store(response)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self._page(self.get_form(), status=200 if self.is_open() else 503)
        allow_compression(response)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not self.is_open():
            return self._page(form, status=503, notice="not-saved")
        if not is_same_origin(request):
            return self._page(form, status=403, notice="elsewhere")
        text = request.POST.get("token", "")
        again = formtoken.issue(self.purpose, is_resend=True)
        try:
            token = formtoken.read(self.purpose, text, max_age=self.max_age)
        except ExpiredToken:
            return self._page(form, status=422, notice="expired", token=again)
        except BadToken:
            # It is not from a page of ours, so sending it again is judged like a first time.
            return self._page(form, status=422, notice="expired")
        is_too_fast = not token.is_resend and timezone.now() - token.issued_at < self.fastest
        try:
            # A form may ask the database, too.
            if not form.is_valid():
                return self._page(form, status=422, token=text)
            url = self.receive(
                form,
                nonce=token.nonce,
                address=throttle.client_address(request),
                looks_automatic=is_too_fast or bool(request.POST.get(HONEYPOT_FIELD)),
            )
        except DuplicateSubmission:
            return self._page(form, status=422, notice="sent-before", token=again)
        except RateLimited as error:
            return self._page(form, status=429, notice="too-many", token=text, retry_after=error.retry_after)
        except (DatabaseError, InterfaceError, EncryptionError) as error:
            # The database is away, its disk is full, or we made a mistake. Tell the person that nothing was stored.
            logger.error("form not stored", exc_info=error, extra={"data": {"form": self.purpose}})
            return self._page(form, status=503, notice="not-saved", token=text)
        return HttpResponseRedirect(url, status=303)

    def _page(
        self,
        form: forms.BaseForm,
        *,
        status: int,
        notice: Notice = "",
        token: str = "",
        retry_after: timedelta = timedelta(minutes=5),
    ) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            token=token or formtoken.issue(self.purpose),
            notice=notice,
            has_problem=bool(notice or form.errors),
            is_closed=not self.is_open(),
        )
        response = self.render_to_response(context, status=status)
        if status in {429, 503}:
            response.headers["Retry-After"] = str(int(retry_after.total_seconds()))
        return response


def count_form(*, purpose: str, address: str, limit: int, window: timedelta) -> None:
    """Count a stored form. Raises `RateLimited` when the address sent more than `limit` within `window`.

    Call it in the transaction that stores the row, after the row. Then a refusal takes back the row, and a form with a
    mistake or a form sent twice is never counted.
    """
    if not throttle.hit(purpose=purpose, identity=address, limit=limit, window=window):
        raise RateLimited(window)


def store_once(store: Callable[[], ModelT], *, earlier: QuerySet[ModelT], matches: Callable[[ModelT], bool]) -> ModelT:
    """Call `store` in a transaction and return its row, or return the row that the same page gave before.

    `earlier` finds that row by the nonce, which a unique constraint guards. Raises `DuplicateSubmission` if that row
    does not match, and any error of `store`. Calls `store` again when a random key was taken.
    """
    for tries_left in reversed(range(STORE_TRIES)):
        try:
            with transaction.atomic():
                return store()
        except IntegrityError:
            row = earlier.first()
            if row is not None and matches(row):
                return row
            if row is not None:
                raise DuplicateSubmission from None
            if not tries_left:
                raise
    raise AssertionError("unreachable")
