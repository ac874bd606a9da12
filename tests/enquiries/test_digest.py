"""The lead's figures of the week."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.jobs import run_all_due
from core.models import Job
from enquiries import jobs, notices
from enquiries.digest import make_digest
from enquiries.notices import DIGEST, NOTICE
from enquiries.services import open_enquiry
from tests.factories import make_enquiry, make_staff

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def test_the_digest_comes_on_monday_morning_and_once(settings):
    settings.LEAD_EMAIL = ["lead@example.org"]
    sunday = datetime(2026, 3, 15, 12, tzinfo=LONDON)
    jobs.plan_digest(now=sunday)
    assert not Job.objects.filter(kind=DIGEST).exists()
    make_enquiry(at=sunday - timedelta(days=9))
    planned = []
    for hours in range(7 * 24):
        now = sunday + timedelta(hours=hours)
        before = Job.objects.filter(kind=DIGEST).count()
        jobs.plan_digest(now=now)
        if Job.objects.filter(kind=DIGEST).count() > before:
            planned.append(now)
    # The worker of this week began on the Sunday, so it also sends the one that is missing.
    assert planned == [sunday, datetime(2026, 3, 16, 7, tzinfo=LONDON)]


def test_the_digest_counts_and_names_nobody_who_wrote(mail_server, settings):
    settings.LEAD_EMAIL = ["lead@example.org"]
    now = timezone.now()
    amina, ben = make_staff(username="amina"), make_staff(username="ben")
    first = make_enquiry(message="canary-message", name="canary-name", organisation="canary-office")
    second = make_enquiry(columns={"state": "closed"})
    make_enquiry(is_about_staff=True, columns={"answer_by": now + timedelta(minutes=1)}, at=now - timedelta(days=1))
    make_enquiry(columns={"is_quarantined": True})
    for by, enquiry in ((amina, first), (amina, first), (amina, second), (ben, first)):
        open_enquiry(reference=enquiry.reference, by=by)
    Job.objects.filter(kind=NOTICE).update(status="dead", finished_at=now)

    digest = make_digest(at=now + timedelta(minutes=2))
    assert {str(state): n for state, n in digest.states} == {"New": 2, "Open": 0, "Waiting": 0, "Closed": 1}
    assert (digest.n_received, digest.n_unread, digest.n_overdue) == (4, 1, 1)
    assert (digest.n_restricted_open, digest.n_quarantined, digest.n_mails_failing) == (1, 1, 4)
    assert digest.opened == [("amina", 2), ("ben", 1)]

    notices.enqueue_digest("2026-03-16")
    run_all_due()
    assert mail_server.recipients == [["lead@example.org"]]
    text = (
        email.message_from_bytes(mail_server.messages[0], policy=email.policy.default)
        .get_content()
        .replace("\r\n", "\n")
    )
    assert "- amina: 2\n- ben: 1\n" in text
    assert "Mails to staff that fail: 4" in text
    assert "canary" not in text
    assert first.reference not in text
