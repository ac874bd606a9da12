"""Somebody who writes to us, without a browser: reads the form from its page, fills it in, sends it, follows on.

It knows no address but that of the form and no field but what the page shows, so it still works when questions are
added, moved to a second page, or asked again before sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.public_forms import HONEYPOT_FIELD

REFERENCE = re.compile(r"\b([A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2})\b")
TEXT_TYPES = {"text", "email", "tel", "url", "search"}
MOST_PAGES = 4
FORM_TYPE = "application/x-www-form-urlencoded"
#: The host that the settings of fault runs name.
HERE: dict = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}


@dataclass
class Form:
    """The form of a page that carries our token."""

    action: str = ""
    #: What a browser sends if nobody touches it.
    values: dict[str, str | list[str]] = field(default_factory=dict)
    #: Names of the fields that people type in.
    texts: list[str] = field(default_factory=list)
    #: Radio buttons, checkboxes and lists: what each offers.
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else "")
        if tag == "form":
            self._form = Form(action=given.get("action", ""))
            self.forms.append(self._form)
        if self._form is None or "disabled" in given:
            return
        form = self._form
        if tag == "textarea":
            self._area = name
            form.texts.append(name)
            form.values[name] = ""
        elif tag == "select":
            self._select = name
            form.values[name] = ""
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given:
                form.values[self._select] = given.get("value", "")
        elif tag == "button" and name:
            form.buttons.setdefault(name, given.get("value", ""))
        elif tag == "input" and name:
            self._input(form, name, kind, given)

    @staticmethod
    def _input(form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.values[name] = given.get("value", "on")
        elif kind in TEXT_TYPES | {"hidden"}:
            form.values[name] = given.get("value", "")
            if kind != "hidden" and name != HONEYPOT_FIELD:
                form.texts.append(name)

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            held = self._form.values[self._area]
            # A browser drops the line break that follows the tag.
            self._form.values[self._area] = f"{held}{data if held else data.removeprefix(chr(10))}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None


def forms_of(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    parser.close()
    return parser.forms


def form_of(html: str) -> Form | None:
    return next((form for form in forms_of(html) if "token" in form.values), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form."""

    status: int
    html: str
    #: The reference that the page of thanks shows, or "".
    reference: str
    #: The form that came back, or None.
    form: Form | None
    #: A 5xx on the way, or 0.
    fault: int = 0

    @property
    def is_stored(self) -> bool:
        return bool(self.reference)

    @property
    def is_refused(self) -> bool:
        """Told so: by the form with words, or by a page of the class 4xx."""
        return not self.reference and not self.fault and (self.form is not None or 400 <= self.status < 500)


class Visitor:
    """Keeps cookies as a browser does. `address` is where the requests come from."""

    def __init__(self, *, path: str = "", address: str = "192.0.2.1"):
        self.path = path or reverse("enquiries:new")
        self.client = Client(
            REMOTE_ADDR=address, headers={"sec-fetch-site": "same-origin"}, raise_request_exception=False, **HERE
        )

    def open(self) -> Form:
        response = self.client.get(self.path, follow=True)
        form = form_of(response.text)
        assert form, f"{self.path} shows no form ({response.status_code})"
        return form

    def send(self, form: Form, changes: Mapping[str, object]) -> Outcome:
        """Send the form and go on until a page thanks or refuses."""
        outcome = self._send(form, changes)
        for _ in range(MOST_PAGES):
            following = outcome.form
            if outcome.fault or outcome.reference or following is None or following.texts:
                break
            # A page that only asks whether this is right.
            outcome = self._send(following, {})
        return outcome

    def _send(self, form: Form, changes: Mapping[str, object]) -> Outcome:
        values = {**form.values, **{name: value for name, value in form.buttons.items() if value}, **changes}
        values = {name: value for name, value in values.items() if value is not None}
        action = urlsplit(form.action).path or self.path
        # Not as the test client would encode it: what is half a character stays so.
        body = urlencode(values, doseq=True, errors="surrogatepass")
        response: HttpResponse = self.client.post(action, body, content_type=FORM_TYPE, follow=True)
        statuses = [status for _url, status in response.redirect_chain] + [response.status_code]
        html = response.text if "text/html" in response.get("Content-Type", "") else ""
        found = None if (back := form_of(html)) else REFERENCE.search(html)
        return Outcome(
            status=response.status_code,
            html=html,
            reference=found[1].replace("-", "") if found else "",
            form=back,
            fault=next((status for status in statuses if status >= 500), 0),
        )
