"""Hypothesis fills in the forms of the public and of the desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import RateHit
from enquiries.models import Enquiry
from feedback.models import PageReport
from tests.factories import make_enquiry, make_form_token, make_live_pages, make_staff
from tests.faults.forms import Form, forms_of
from tests.faults.inside.visitor import FORM_TYPE, HERE, Outcome, Visitor
from tests.faults.table import Table
from tests.faults.texts import IMPOSSIBLE, hostile_texts

TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Co", "Cn"]), max_size=20),
    st.sampled_from(hostile_texts(2_000)),
    st.sampled_from(IMPOSSIBLE),
    st.builds(lambda part, times: part * times, st.text(min_size=1, max_size=3), st.integers(1, 8_000)),
)
#: What a field takes, by a part of its name, so that most examples are stored but for the field that is tried.
USUAL = {"email": "parent@example.org", "phone": "01632 960 001", "_on": "14 October 2039", "_by": ""}
_visitors = count(1)


def address() -> str:
    return f"2001:db8:{next(_visitors):x}::1"


def usual(name: str) -> str:
    return next((value for part, value in USUAL.items() if part in name), "Words of ours.")


@st.composite
def answers_to(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    """Any text in a few fields, a sensible one in the others; now and then an answer that was not offered."""
    filled: dict[str, Any] = {name: usual(name) for name in form.texts}
    filled |= {name: value for name, value in form.buttons.items() if value}
    filled |= {name: draw(st.sampled_from([*offered, *offered, None])) for name, offered in form.choices.items()}
    names = form.texts + (list(form.choices) if draw(st.integers(0, 9)) == 0 else [])
    if names:
        filled |= draw(st.dictionaries(st.sampled_from(names), TEXTS, min_size=1, max_size=3))
    return filled


def search(strategy: st.SearchStrategy, judge: Callable[[dict[str, Any]], str], *, examples: int) -> Counter[str]:
    """What became of so many examples."""
    found: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def try_it(filled: dict[str, Any]) -> None:
        if sum(found.values()) < examples:
            found[judge(filled)] += 1

    while sum(found.values()) < examples:
        # It ends early when it thinks that it has seen everything.
        try_it()
    return found


def became_of(outcome: Outcome) -> str:
    if outcome.fault:
        return f"fault {outcome.fault}"
    return "stored" if outcome.is_stored else "refused" if outcome.is_refused else f"unclear {outcome.status}"


def enquiry_form(examples: int) -> Counter[str]:
    form = Visitor().open()

    def judge(filled: dict[str, Any]) -> str:
        outcome = Visitor(address=address()).send(form, {**filled, "token": make_form_token()})
        if not outcome.is_stored:
            return became_of(outcome)
        answers = Enquiry.objects.get(pk=outcome.reference).answers
        for name, text in filled.items():
            kept = getattr(answers, name, None)
            # Not asked of this person, not an answer at all, or a choice.
            if name not in form.texts or not kept or not text.strip():
                continue
            if kept not in {text, text.strip()} and not name.endswith(("_on", "_by")):
                return f"changed {name}"
        return "stored"

    return search(answers_to(form), judge, examples=examples)


def report_form(examples: int) -> Counter[str]:
    make_live_pages("privacy")
    path = f"{reverse('feedback:report')}?page=/privacy/"
    form = Visitor(path=path).open()

    def judge(filled: dict[str, Any]) -> str:
        token = make_form_token("report")
        before = PageReport.objects.count()
        outcome = Visitor(path=path, address=address()).send(form, {**filled, "token": token})
        if PageReport.objects.count() == before:
            return became_of(outcome)
        kept = PageReport.objects.latest("pk").text
        return "stored" if kept == filled["text"] else "changed text"

    return search(answers_to(form), judge, examples=examples)


def desk_forms(examples: int) -> dict[str, Counter[str]]:
    """Each form on the page of an enquiry, and the search of the list."""
    officer = make_staff(is_superuser=False)
    officer.groups.add(*Group.objects.all())
    client = Client(raise_request_exception=False, **HERE)
    client.force_login(officer)
    enquiries: list[Enquiry] = []

    def page_of(enquiry: Enquiry) -> str:
        return reverse("admin:enquiries_enquiry_change", args=[enquiry.pk])

    def fresh() -> Enquiry:
        enquiries.append(make_enquiry(message=f"Number {next(_visitors)}"))
        return enquiries[-1]

    def post(place: int, filled: dict[str, Any]) -> str:
        enquiry = enquiries[-1]
        form = forms_of(client.get(page_of(enquiry)).text)[place]
        values = {**form.values, **{name: value for name, value in filled.items() if value is not None}}
        body = urlencode(values, doseq=True, errors="surrogatepass")
        response = client.post(form.action or page_of(enquiry), body, content_type=FORM_TYPE)
        shown = client.get(page_of(enquiry))
        if response.status_code >= 500 or shown.status_code not in {200, 302, 404}:
            return f"fault {response.status_code}, then {shown.status_code}"
        if response.status_code in {302, 303}:
            fresh()
            return "done"
        return "refused"

    first = forms_of(client.get(page_of(fresh())).text)
    own = {
        place: form for place, form in enumerate(first) if "/enquir" in form.action or not form.action.startswith("/")
    }
    found = {}
    for place, form in own.items():
        name = form.action.strip("/").split("/")[-1] or f"form {place}"
        found[f"desk, {name}"] = search(
            answers_to(form), lambda filled, place=place: post(place, filled), examples=examples if form.texts else 50
        )
        fresh()

    def look(filled: dict[str, Any]) -> str:
        query = urlencode({name: value for name, value in filled.items() if value}, errors="surrogatepass")
        response = client.get(f"{reverse('admin:enquiries_enquiry_changelist')}?{query}")
        return f"fault {response.status_code}" if response.status_code >= 500 else "answered"

    fields = ["q", "state__exact", "p", "o", "is_quarantined__exact"]
    found["desk, search of the list"] = search(
        st.fixed_dictionaries({}, optional=dict.fromkeys(fields, TEXTS)), look, examples=examples
    )
    return found


def measure(database: str, *, is_short: bool, examples: int, port: int, log: Path) -> Table:
    RateHit.objects.all().delete()
    table = Table("any text in any form (B2)")
    forms = {"enquiry": enquiry_form(examples), "report of a mistake": report_form(examples), **desk_forms(examples)}
    for name, found in forms.items():
        wrong = {key: number for key, number in found.items() if key.startswith(("fault", "changed", "unclear"))}
        well = ", ".join(f"{number} {key}" for key, number in sorted(found.items()) if key not in wrong)
        table.row(f"{name}: examples", "", f"{found.total()} ({well})", is_met=None)
        table.none(f"{name}: neither stored as typed nor refused", [f"{key} ({n})" for key, n in wrong.items()])
    return table
