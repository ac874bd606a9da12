"""Receives what readers say about a page."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone

from core import throttle
from core.jobs import enqueue
from core.public_forms import count_form, store_once
from feedback.models import PageReport, UsefulCount
from publishing.models import Edition

NOTICE = "feedback.notice"
# The pupils of a school share an address, and read the same page in the same hour.
REPORTS_PER_ADDRESS, ANSWERS_PER_ADDRESS = 20, 10
REPORTS_WINDOW, ANSWERS_WINDOW = timedelta(minutes=10), timedelta(hours=1)


def find_page(path: str) -> Edition:
    """What is public at that address, or was last. Raises `Http404` when nothing ever was."""
    begun = Edition.objects.ever_public().filter(path=path, live_from__lte=timezone.now())
    edition = begun.order_by("-live_from").only("document_id", "title", "path").first()
    if edition is None:
        raise Http404
    return edition


def receive_report(
    *, edition: Edition, kind: str, text: str, nonce: str, address: str, looks_automatic: bool = False
) -> PageReport:
    """Store the report and the mails it causes, all or nothing. The same form sent again returns the stored one.

    Raises `DuplicateSubmission` when its text differs, `RateLimited` when the address sent too many, and any error of
    the database. `address` is counted and not kept.
    """

    def store() -> PageReport:
        report = PageReport.objects.create(
            token_nonce=nonce,
            edition=edition,
            kind=kind,
            text=text,
            looks_automatic=looks_automatic,
            created_at=timezone.now(),
        )
        count_form(purpose="report", address=address, limit=REPORTS_PER_ADDRESS, window=REPORTS_WINDOW)
        if not looks_automatic:
            for place in range(len(settings.EDITORS_EMAIL)):
                enqueue(kind=NOTICE, object_id=f"{report.pk}:{place}")
        return report

    earlier = PageReport.objects.filter(token_nonce=nonce)
    return store_once(store, earlier=earlier, matches=lambda row: row.text == text)


@transaction.atomic
def count_answer(*, edition: Edition, is_useful: bool, address: str) -> None:
    """Count one answer to “Was this useful?” for the page and the month.

    What comes after the first few from one address within an hour is not counted. The address is not kept.
    """
    purpose = f"useful:{edition.document_id}"
    if not throttle.hit(purpose=purpose, identity=address, limit=ANSWERS_PER_ADDRESS, window=ANSWERS_WINDOW):
        return
    row = {"document_id": edition.document_id, "month": timezone.localdate().replace(day=1)}
    UsefulCount.objects.bulk_create([UsefulCount(**row)], ignore_conflicts=True)
    answer = "yes" if is_useful else "no"
    UsefulCount.objects.filter(**row).update(**{answer: F(answer) + 1})
