"""Forms that anybody may send. They need no lasting cookie, store an answer once and never lose what a person typed.

A view gives its form, its template, a purpose and `receive`. The template includes "forms/_notice.html" at its top, or
a template that extends it with words of its own, and "forms/_token.html" in the form. After each refusal the form is
shown again with all its text.

| what happened                                      | status | notice      |
|----------------------------------------------------|--------|-------------|
| an answer is wrong                                 | 422    |             |
| the page was open for too long, or is not ours     | 422    | expired     |
| the same page was sent before, with other answers  | 422    | sent-before |
| it was sent from another site                      | 403    | elsewhere   |
| too many came from one address                     | 429    | too-many    |
| the database is away, or the form is closed        | 503    | not-saved   |

A POST with 422 or 429 is answered with a redirect to the form's own address, and the page there has that status: a page
that answers a POST leaves the text on the device's disk. Meanwhile the text is held sealed (`core.held_forms`). Where
it cannot be held, the POST is answered with the page itself: for 403 and 503, and in a browser that takes no cookie.
"""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from core import formtoken, held_forms, throttle
from core.encryption import EncryptionError
from core.formtoken import BadToken, ExpiredToken
from core.held_forms import NoRoom
from core.http import allow_compression, is_same_origin, no_store, prevent_bfcache, with_query

logger = logging.getLogger(__name__)

ModelT = TypeVar("ModelT", bound=Model)
Notice = Literal["", "expired", "sent-before", "elsewhere", "too-many", "not-saved"]

# No person sees this field. Only a program fills it in.
HONEYPOT_FIELD = "subject_line"
LINE_LIMIT = 200
LINE_ENDS = re.compile(r"[\r\n]+")
# Marks the second try of a browser that came without our cookie and was given it.
RETRIED = "again"
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


class OwnDetail(forms.Textarea):
    """One line for something about the person who fills in the form, with a token of WCAG 1.3.5 (`autocomplete`).

    Browsers write an `<input>` with such a token into the history of what was typed, whatever the form says. They write
    no `<textarea>` there, and a device tells nobody what was entered. See docs/decisions/0013-held-forms.md.
    """

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"rows": 1, "spellcheck": "false", **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        text = super().value_from_datadict(data, files, name)
        # Somebody pressed Enter, or pasted more than a line.
        return None if text is None else LINE_ENDS.sub(" ", text)


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
    # No person reads a page, fills it in and sends it in less.
    fastest = timedelta(seconds=2)

    def is_open(self) -> bool:
        """Say whether the site can store an answer now."""
        return True

    def receive(self, form: Any, *, nonce: str, address: str, looks_automatic: bool) -> str:
        """Store a valid form, once for each nonce, and return the URL of the next page.

        `address` is the sender's: count it and do not keep it. Raises `DuplicateSubmission`, `RateLimited`, or an error
        of the database.
        """
        raise NotImplementedError

    def form_address(self) -> str:
        """The form's own address, without anything that a person typed."""
        return self.request.path

    def held_as(self) -> str:
        """The `purpose` under which its text is held. Another where a page asks for something else."""
        return self.purpose

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "POST" or self.held is not None:
            prevent_bfcache(response)
        else:
            no_store(response)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.held: QueryDict | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs if self.held is None else kwargs | {"data": self.held}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_open():
            self.held = held_forms.read(request, purpose=self.held_as(), within=request.path)
        form = self.get_form()
        if self.held is None:
            response = self._page(form, status=200 if self.is_open() else 503)
            allow_compression(response)
            return response
        notice = cast(Notice, self.held["notice"])
        # Judged again: what was right some minutes ago may be wrong by now.
        is_right = not notice and form.is_valid()
        status = 200 if is_right else status_of(notice)
        return self._page(form, status=status, notice=notice, token=str(self.held["token"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not self.is_open():
            return self._page(form, status=503, notice="not-saved")
        if not is_same_origin(request):
            # At once: another site must not be able to replace what this browser holds, or its key.
            return self._page(form, status=403, notice="elsewhere")
        text = request.POST.get("token", "")
        again = formtoken.issue(self.purpose, is_resend=True)
        try:
            token = formtoken.read(self.purpose, text, max_age=self.max_age)
        except ExpiredToken:
            return self.refuse(form, notice="expired", token=again)
        except BadToken:
            # It is not from a page of ours, so sending it again is judged like a first time.
            return self.refuse(form, notice="expired", token=formtoken.issue(self.purpose))
        is_too_fast = not token.is_resend and timezone.now() - token.issued_at < self.fastest
        try:
            # A form may ask the database, too.
            if not form.is_valid():
                return self.refuse(form, token=text)
            url = self.receive(
                form,
                nonce=token.nonce,
                address=throttle.client_address(request),
                looks_automatic=is_too_fast or bool(request.POST.get(HONEYPOT_FIELD)),
            )
        except DuplicateSubmission:
            return self.refuse(form, notice="sent-before", token=again)
        except RateLimited as error:
            return self.refuse(form, notice="too-many", token=text, retry_after=error.retry_after)
        except (DatabaseError, InterfaceError, EncryptionError) as error:
            # The database is away, its disk is full, or we made a mistake. Tell the person that nothing was stored.
            logger.error("form not stored", exc_info=error, extra={"data": {"form": self.purpose}})
            return self._page(form, status=503, notice="not-saved", token=text)
        response = HttpResponseRedirect(url, status=303)
        held_forms.forget(request, response, purpose=self.held_as())
        return response

    def refuse(self, form: forms.BaseForm, *, notice: Notice = "", token: str, **page: Any) -> HttpResponse:
        """Show the form again with all its text, and say why it was not stored."""

        def answer_at_once() -> HttpResponse:
            return self._page(form, status=status_of(notice), notice=notice, token=token, **page)

        url = self.form_address()
        return self.hold_and_redirect(form, url=url, token=token, notice=notice, otherwise=answer_at_once)

    def hold_and_redirect(
        self,
        form: forms.BaseForm,
        *,
        url: str,
        token: str,
        notice: Notice = "",
        otherwise: Callable[[], HttpResponse],
    ) -> HttpResponse:
        """Hold what was posted into `form` and redirect to `url`; return `otherwise()` where it cannot be held.

        `held_forms.read` then gives the answers of this form, with the `token` to send them with and the `notice`.
        A browser that has no key of ours is given one and sends the form a second time by itself (307), because only
        so can be told whether it takes cookies: one that does not would find its text gone behind the redirect.
        """
        request = self.request
        response: HttpResponse
        if not request.POST:
            # No form of ours: there is nothing to keep.
            return otherwise()
        if not held_forms.has_key(request):
            if RETRIED in request.GET:
                return otherwise()
            response = HttpResponseRedirect(with_query(request.path, **{RETRIED: 1}), status=307)
            held_forms.give_key(response)
            return response
        data = QueryDict(mutable=True)
        for name in form.fields:
            if name in request.POST:
                data.setlist(name, request.POST.getlist(name))
        data["token"], data["notice"] = token, notice
        try:
            held_forms.hold(request, purpose=self.held_as(), data=data)
        except (NoRoom, EncryptionError, DatabaseError, InterfaceError) as error:
            logger.warning("form not held", exc_info=error, extra={"data": {"form": self.purpose}})
            return otherwise()
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


def status_of(notice: Notice) -> int:
    """The status of the page that shows a refused form again."""
    return 429 if notice == "too-many" else 422


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
