"""Somebody who writes to us, without a browser: reads the form from its page, fills it in, sends it, follows on.

It knows no address but that of the form and no field but what the page shows, so it still works when questions are
added, moved to a second page, or asked again before sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.faults.forms import Form, form_of

REFERENCE = re.compile(r"\b([A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2})\b")
MOST_PAGES = 4
FORM_TYPE = "application/x-www-form-urlencoded"
#: The host that the settings of fault runs name.
HERE: dict = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}


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
