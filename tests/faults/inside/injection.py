"""Fills in what could spoil a mail, and looks at every mail that comes of it."""

from __future__ import annotations

import email
import email.policy
import re
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from django.conf import settings
from django.urls import reverse

from core import jobs, mail
from core.models import Job
from enquiries.models import Enquiry
from tests.factories import make_form_token, make_live_pages
from tests.faults.forms import Form
from tests.faults.inside.anything import usual
from tests.faults.inside.visitor import Visitor
from tests.faults.table import Table
from tests.faults.texts import BREAKS, CONTROLS

EVIL = "evil@example.org"
HEADERS = {
    "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
    "auto-submitted",
}  # fmt: skip
SAFE = "canary@example.org"
_visitors = count(1)


class Sink:
    """Keeps each mail as it came: recipients and bytes."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"


def spoilt(sign: str) -> list[str]:
    return [
        f"Ann{sign}Bcc: {EVIL}",
        f"canary{sign}<{EVIL}>@example.org",
        f"canary@example.org{sign}, {EVIL}",
        f"{sign}{sign}.",
    ]


def fill(path: str, purpose: str, signs: list[str]) -> int:
    """Send each field with each sign. Returns how many forms were stored."""
    form = Visitor(path=path).open()
    stored = 0
    choices = {name: offered[0] for name, offered in form.choices.items()}
    # By mail, with a confirmation to that address.
    choices |= {name: "email" for name, offered in form.choices.items() if "email" in offered}
    choices |= {name: None for name in choices if name == "is_about_staff"}
    for name in [*form.texts, *form.choices]:
        for sign in signs:
            for text in spoilt(sign):
                number = next(_visitors)
                filled = {each: f"{usual(each)}" for each in form.texts} | choices
                filled |= {"email": SAFE} if "email" in form.texts else {}
                filled |= {"message": f"Number {number}"} if "message" in form.texts else {}
                filled |= {name: text, "token": make_form_token(purpose)}
                outcome = Visitor(path=path, address=f"2001:db8:1:{number:x}::1").send(
                    Form(action=form.action, values=form.values), filled
                )
                assert not outcome.fault, f"{outcome.fault} for {name!r} with {text!r}"
                stored += outcome.is_stored or (outcome.form is None and outcome.status == 200)
    return stored


def faults_of(recipients: list[str], content: bytes) -> list[str]:
    found = []
    known = {*settings.STAFF_EMAIL, *settings.LEAD_EMAIL, *settings.EDITORS_EMAIL, SAFE}
    if len(recipients) != 1 or not set(recipients) <= known:
        found.append(f"recipients {recipients}")
    message = email.message_from_bytes(content, policy=email.policy.default)
    names = [name.lower() for name in message]
    if extra := set(names) - HEADERS:
        found.append(f"headers {sorted(extra)}")
    if len(names) != len(set(names)):
        found.append("a header twice")
    if message.is_multipart():
        found.append("parts")
    if EVIL.encode() in content or b"Bcc" in content or re.search(rb"[\x0b\x0c\x1c-\x1e\x85]", content):
        found.append("typed text")
    return found


def measure(database: str, *, is_short: bool, signs: int, port: int, log: Path) -> Table:
    # The most telling ones first.
    all_signs = list(dict.fromkeys([*BREAKS, *CONTROLS]))[:signs]
    make_live_pages("privacy")
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        stored = fill(reverse("enquiries:new"), "enquiry", all_signs)
        stored += fill(f"{reverse('feedback:report')}?page=/privacy/", "report", all_signs)
        while jobs.run_next():
            pass
    finally:
        mail.close()
        controller.stop()
    # Publishing the page that a report is about draws its picture.
    due = Job.objects.exclude(object_id="").exclude(kind__startswith="publishing.")
    found = [fault for recipients, content in sink.mails for fault in faults_of(recipients, content)]
    quiet = Enquiry.objects.filter(is_quarantined=True).count()
    table = Table("typed text and mails (B5)")
    table.row("forms stored; of them quarantined", "", f"{stored}; {quiet}", is_met=stored > 0)
    table.row("mails sent", f"{due.count()}", len(sink.mails), is_met=len(sink.mails) == due.count() > 0)
    table.none("recipients, headers, parts or typed text too many", found)
    table.none(
        "jobs that failed or were tried twice",
        due.exclude(status=Job.Status.DONE).count() + due.filter(attempts__gt=1).count(),
    )
    return table
