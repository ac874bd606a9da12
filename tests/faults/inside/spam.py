"""Sends the labelled messages, and tells who of their senders was set apart."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path
from random import Random

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from core.models import RateHit
from core.public_forms import HONEYPOT_FIELD
from enquiries.answers import Who
from enquiries.models import Enquiry
from tests.factories import make_enquiry_post, make_form_token, make_staff
from tests.faults.forms import Form
from tests.faults.inside.visitor import HERE, REFERENCE, Visitor
from tests.faults.letters import BOT, PERSON, Letter, known, unseen
from tests.faults.table import Table

#: Each with the part of the sizes that it has.
SETS = {"adjusted with": (known, 1.0), "not seen": (unseen, 0.5)}
MOST_APART = 0.01


def send(letter: Letter, tokens: dict[str, str]) -> str:
    """Returns "apart", "desk" or "refused"."""
    token = make_form_token(age=letter.age)
    if letter.token:
        token = tokens.setdefault(letter.token, token)
    visitor = Visitor(address=letter.address)
    if letter.fields.get("who") == Who.PROFESSIONAL:
        visitor.path = reverse("enquiries:new_work")
    fields = make_enquiry_post(**letter.fields, token=token)
    if letter.honeypot:
        fields[HONEYPOT_FIELD] = letter.honeypot
    outcome = visitor.send(Form(action=visitor.path), fields)
    if letter.resends and outcome.form:
        outcome = visitor.send(outcome.form, {})
    if outcome.is_stored:
        return "apart" if Enquiry.objects.get(pk=outcome.reference).is_quarantined else "desk"
    assert outcome.is_refused, f"neither stored nor refused: {outcome.status}"
    return "refused"


def shown_to_staff() -> int:
    """How many of those set apart stand in the list that staff filter."""
    officer = make_staff(is_superuser=False)
    officer.groups.add(*Group.objects.all())
    client = Client(**HERE)
    client.force_login(officer)
    shown: set[str] = set()
    for page in count(1):
        query = {"queue": "spam", "p": str(page)}
        html = client.get(reverse("admin:enquiries_enquiry_changelist"), query).text
        before = len(shown)
        shown.update(REFERENCE.findall(html))
        if len(shown) == before:
            break
    return len(shown)


def measure(
    database: str, *, is_short: bool, people: int, programs: int, least_kept: float, port: int, log: Path
) -> Table:
    table = Table("who is set apart (P6)")
    for name, (letters, part) in SETS.items():
        RateHit.objects.all().delete()
        mixed = [*letters.people(int(people * part)), *letters.programs(int(programs * part))]
        Random(1).shuffle(mixed)
        tokens: dict[str, str] = {}
        found = Counter((letter.label, letter.kind, send(letter, tokens)) for letter in mixed)
        for label in (PERSON, BOT):
            of = {key: number for key, number in found.items() if key[0] == label}
            total = sum(of.values())
            apart, refused = (sum(n for key, n in of.items() if key[2] == end) for end in ("apart", "refused"))
            if label == PERSON:
                table.none(f"{name}: of {total} people refused", refused)
                is_met = apart <= MOST_APART * total
                table.row(f"{name}: of {total} people set apart", "<= 1 %", f"{apart / total:.1%}", is_met=is_met)
            else:
                kept = (apart + refused) / total
                table.row(
                    f"{name}: of {total} programs kept from the desk",
                    f">= {least_kept:.0%}",
                    f"{kept:.1%}",
                    is_met=kept >= least_kept,
                )
                table.row("    set apart; refused", "", f"{apart / total:.1%}; {refused / total:.1%}", is_met=None)
        for label, kind, end in sorted(found):
            if (label == PERSON) == (end != "desk"):
                table.row(f"    {label}, {kind}: {end}", "", found[label, kind, end], is_met=None)
    missing = Enquiry.objects.filter(is_quarantined=True).count() - shown_to_staff()
    table.none("set apart, and not in the list of staff", missing)
    return table
