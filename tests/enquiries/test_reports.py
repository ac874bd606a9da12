"""Numbers by month that outlive what they count and give nobody away, and the list as a file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enquiries import reports
from enquiries.exports import safe_cell
from enquiries.models import Enquiry, EnquiryEvent, MonthlyCount, Team
from enquiries.services import purge
from tests.factories import make_enquiry, sign_in_as
from tests.html import text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REPORT = "/admin/enquiries/monthlycount/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


def numbers(dimension: str) -> dict[str, int | None]:
    """Of this month."""
    (table,) = [table for table in reports.tables([reports.month_of(timezone.now())]) if table.dimension == dimension]
    return {str(row.words): row.numbers[0] for row in table.rows}


def make_many(number: int, **fields) -> list[Enquiry]:
    return [make_enquiry(**fields) for _number in range(number)]


def test_each_enquiry_counts_once_however_often_the_worker_looks():
    make_many(5, nation="wales", services=("therapy", "psychology"))
    make_many(6, nation="england")
    for _hour in range(2):
        reports.count_new(now=timezone.now())
    assert numbers("nation") == {"England": 6, "Wales": 5}
    assert numbers("service") == {"Psychological assessment": 5, "Therapy": 5, "Not said": 6}
    assert numbers("door") == {"Families and young people": 11}
    assert numbers("asked-from") == {"Not known": 11}


def test_the_numbers_stay_when_the_enquiries_are_gone():
    now = timezone.now()
    received = now - timedelta(minutes=90)
    closed = {"state": "closed", "closed_at": now, "first_answered_at": now, "outcome": "referred"}
    make_many(5, at=received, columns=closed, nation="wales")
    before = [(table.dimension, table.rows) for table in reports.tables([reports.month_of(received)])]
    reports.count_new(now=now)
    Enquiry.objects.update(closed_at=now)
    purge(now=now, confirmed=True)
    assert Enquiry.objects.count() == 5
    # As ninety days later, without a clock that jumps.
    Enquiry.objects.update(received_at=received - 0 * DAY, closed_at=now - 91 * DAY)
    purge(now=now, confirmed=True)
    assert not Enquiry.objects.exists()
    after = {table.dimension: table.rows for table in reports.tables([reports.month_of(received)])}
    for dimension, rows in before:
        if dimension in {"door", "outcome", "first-answer"}:
            assert after[dimension] == rows
    assert numbers("nation") == {"Wales": 5}
    assert numbers("outcome") == {"Referred to somebody else": 5}
    assert numbers("first-answer") == {"Within 4 hours": 5}


def test_one_that_goes_before_the_worker_came_by_is_counted_on_the_way_out():
    now = timezone.now()
    make_many(5, columns={"state": "closed", "closed_at": now - 91 * DAY}, nation="scotland")
    purge(now=now)
    assert numbers("nation") == {"Scotland": 5}


def test_restricted_quarantined_and_spam_are_never_among_the_numbers():
    now = timezone.now()
    for columns in (
        {"is_restricted": True},
        {"is_quarantined": True, "told_at": now - 9 * DAY},
        {"outcome": "spam", "state": "closed", "closed_at": now - 9 * DAY},
        {"is_restricted": True, "state": "closed", "closed_at": now - 400 * DAY},
    ):
        make_many(5, columns=columns, nation="wales")
    reports.count_new(now=now)
    purge(now=now, confirmed=True)
    assert not MonthlyCount.objects.exists()
    assert numbers("door") == {}


def test_what_cannot_be_read_is_counted_when_it_can(settings):
    make_many(5, nation="wales")
    keys, settings.FIELD_KEYS = settings.FIELD_KEYS, ["new:" + "B" * 43 + "="]
    assert reports.count_new(now=timezone.now()) == 0
    settings.FIELD_KEYS = keys
    assert reports.count_new(now=timezone.now()) == 5


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)))
def test_no_small_number_can_be_seen_or_worked_out(found):
    shown = reports.without_small(Counter(found))
    hidden = [found[value] for value, number in shown.items() if number is None]
    assert all(number is None or number == found[value] for value, number in shown.items())
    assert all(number is None or number == 0 or number >= 5 for number in shown.values())
    # The sum of all is known from another table. With one gap, or gaps that add up to little, it would fill them.
    is_all_hidden = all(number in (None, 0) for number in shown.values())
    assert not hidden or is_all_hidden or (len(hidden) >= 2 and sum(hidden) >= 10)


def test_the_report_says_its_numbers_in_words_and_charts_decorate():
    make_many(6)
    make_many(2, who="professional")
    page = sign_in_as("Enquiries officer").get(REPORT)
    assert page.status_code == 200
    html = page.content.decode()
    charts = re.findall(r'<svg class="report__chart"[^>]*>', html)
    assert len(charts) == 4
    assert all('aria-hidden="true"' in chart for chart in charts)
    assert "style=" not in html
    words = text_of(page)
    assert "Families and young people" in words
    # Six would give away the two beside it.
    assert "No answer recorded 0 0 0 0 0 0 0 0 0 0 0 8" in words
    assert "Families and young people 0 0 0 0 0 0 0 0 0 0 0 *" in words
    assert sign_in_as("Enquiries officer").get(f"{REPORT}?until=nonsense").status_code == 200
    assert sign_in_as("Editor").get(REPORT).status_code == 403


# The list as a file


def test_only_the_lead_takes_the_list_away_and_only_with_the_password():
    make_enquiry(message="CANARY", email="canary@example.org")
    restricted = make_enquiry(columns={"is_restricted": True})
    assert (
        sign_in_as("Enquiries officer").post(f"{REPORT}export/", {"password": "correct-horse-battery"}).status_code
        == 403
    )
    lead = sign_in_as("Safeguarding lead")
    assert lead.get(f"{REPORT}export/").status_code == 200
    wrong = lead.post(f"{REPORT}export/", {"password": "wrong"})
    assert (wrong.status_code, EnquiryEvent.objects.filter(kind="exported").count()) == (422, 0)
    file = lead.post(f"{REPORT}export/", {"password": "correct-horse-battery"})
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = file.content.decode()
    assert "canary" not in text.casefold()
    assert str(restricted) in text
    assert len(list(csv.reader(io.StringIO(text)))) == 3
    assert EnquiryEvent.objects.filter(kind="exported", enquiry=None).count() == 1


def test_passwords_cannot_be_tried_at_the_export():
    lead = sign_in_as("Safeguarding lead")
    for _try in range(5):
        lead.post(f"{REPORT}export/", {"password": "wrong"})
    page = lead.post(f"{REPORT}export/", {"password": "correct-horse-battery"})
    assert "Too many wrong passwords" in text_of(page)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(start):
    enquiry = make_enquiry()
    Team.objects.filter(pk=enquiry.team_id).update(name=f"{start}HYPERLINK(1)")
    lead = sign_in_as("Safeguarding lead")
    text = lead.post(f"{REPORT}export/", {"password": "correct-horse-battery"}).content.decode()
    (_head, row) = csv.reader(io.StringIO(text, newline=""))
    assert row[3] == f"'{start}HYPERLINK(1)"
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_ordinary_cell_stays_as_it_is():
    assert safe_cell("AB3-DE5-FG") == "AB3-DE5-FG"
