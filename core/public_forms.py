"""Forms that anybody may send: without a cookie, once, and without losing a word of what was typed.

A view gives its form, its template, a purpose and `receive`. The page shows `notice` when something went wrong (its
template says so in words) and includes "forms/_token.html" in the form. The form that is sent back holds all its text.

| what happened                                      | status | notice      |
|----------------------------------------------------|--------|-------------|
| an answer is wrong                                 | 422    |             |
| the page was open for too long, or is not ours     | 422    | expired     |
| the same page was sent before, with other answers  | 422    | sent-before |
| it was sent from another site                      | 403    | elsewhere   |
| too many came from one address                     | 429    | too-many    |
| the database is away, or the form is closed        | 503    | not-saved   |
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal, TypeVar

from django import forms
from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from core import formtoken, throttle
from core.encryption import EncryptionError
from core.formtoken import BadToken, ExpiredToken
from core.http import is_same_origin, no_store, prevent_bfcache

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)
Notice = Literal["", "expired", "sent-before", "elsewhere", "too-many", "not-saved"]

# No person sees this field, so whoever fills it in is a program.
TRAP = "subject_line"
# Two equal random keys are a rarity; five in a row are a fault.
STORE_TRIES = 5


class SentBefore(Exception):
    """The same page was sent before with other answers. Nothing was stored."""


class TooMany(Exception):
    """This address has sent too many. Nothing was stored, and it may try again after `retry_after`."""

    def __init__(self, retry_after: timedelta):
        super().__init__()
        self.retry_after = retry_after


class PublicForm(forms.Form):
    """A form whose page begins with a summary of its mistakes. Browsers judge nothing: their words cannot be chosen."""

    use_required_attribute = False

    def error_links(self) -> Iterator[tuple[str, str]]:
        """The id of the first control of each wrong answer, and what is wrong, in the form's order."""
        for field in self:
            is_set = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
            for error in field.errors:
                yield (f"{field.auto_id}_0" if is_set else field.auto_id), str(error)


# The form carries a signed token and the browser says where it was sent from: no cookie is needed against forgery.
@method_decorator(csrf_exempt, name="dispatch")
class PublicFormView(FormView):
    """Give `form_class`, `template_name`, `purpose` and `receive`. A form of another purpose is not accepted."""

    http_method_names = ["get", "head", "post"]
    purpose: str
    # A page may stay open over a night in which nobody can write.
    max_age = timedelta(days=1)
    # Nobody reads a page, fills it in and presses a button in less.
    fastest = timedelta(seconds=2)

    def is_open(self) -> bool:
        """Whether what is sent now could be kept."""
        return True

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        """Store a valid form, once for each nonce, and return the URL of the page to go to.

        `address` is the sender's, to be counted and not kept. Raises `SentBefore`, `TooMany`, or what the database
        raises.
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
        return self._page(self.get_form(), status=200 if self.is_open() else 503)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not self.is_open():
            return self._page(form, status=503, notice="not-saved")
        if not is_same_origin(request):
            return self._page(form, status=403, notice="elsewhere")
        text = request.POST.get("token", "")
        again = formtoken.issue(self.purpose, is_again=True)
        try:
            token = formtoken.read(self.purpose, text, max_age=self.max_age)
        except ExpiredToken:
            return self._page(form, status=422, notice="expired", token=again)
        except BadToken:
            # Not from a page of ours: whoever sends it again is judged as if for the first time.
            return self._page(form, status=422, notice="expired")
        if not form.is_valid():
            return self._page(form, status=422, token=text)
        is_too_fast = not token.is_again and timezone.now() - token.issued_at < self.fastest
        try:
            url = self.receive(
                form,
                nonce=token.nonce,
                address=throttle.client_address(request),
                looks_automatic=is_too_fast or bool(request.POST.get(TRAP)),
            )
        except SentBefore:
            return self._page(form, status=422, notice="sent-before", token=again)
        except TooMany as error:
            return self._page(form, status=429, notice="too-many", token=text, retry_after=error.retry_after)
        except (DatabaseError, InterfaceError, EncryptionError) as error:
            # The database is away, its disk is full or the fault is ours: nothing was stored, and the person must know.
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
    """Raises `TooMany` when the address sent more than `limit` within `window`.

    Call it after the row was stored and in the same transaction. A form with a mistake or sent twice is then never
    counted, and a refusal takes the row back with it.
    """
    if not throttle.hit(purpose=purpose, identity=address, limit=limit, window=window):
        raise TooMany(window)


def store_once(store: Callable[[], M], *, earlier: QuerySet[M], is_same: Callable[[M], bool]) -> M:
    """What `store` writes, all or nothing, or the row that the same page gave before.

    `earlier` finds that row by the nonce, which a unique constraint guards. Raises `SentBefore` unless that row
    `is_same`, and whatever `store` raises. A random key that is taken is tried again.
    """
    for tries_left in reversed(range(STORE_TRIES)):
        try:
            with transaction.atomic():
                return store()
        except IntegrityError:
            row = earlier.first()
            if row is not None and is_same(row):
                return row
            if row is not None:
                raise SentBefore from None
            if not tries_left:
                raise
    raise AssertionError("unreachable")
