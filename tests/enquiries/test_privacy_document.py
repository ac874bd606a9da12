"""The papers for the organisation say what the code does."""

from __future__ import annotations

import re

from django.conf import settings

from enquiries import retention

PAPER = (settings.BASE_DIR / "docs" / "privacy.md").read_text()


def test_the_table_of_periods_is_the_one_in_the_code():
    table = PAPER.partition("## 1.")[2].partition("## 2.")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in re.findall(r"^\|.+\|$", table, re.M)]
    assert rows[2:] == [(str(kept.what), str(kept.length), str(kept.since)) for kept in retention.PERIODS]


def test_the_numbers_in_the_text_are_those_of_the_code():
    assert f"The clock runs for\n   {retention.RIGHTS_ANSWER.days} days" in PAPER
    assert f"downloaded once and expires after {retention.RIGHTS_DOWNLOAD.days} days" in PAPER
    assert f"It stays for {retention.RIGHTS_REQUESTS.days // 365 * 12} months as proof" in PAPER


def test_what_the_operator_is_asked_for_is_what_tombstones_count_on():
    operators = (settings.BASE_DIR / "docs" / "operators.md").read_text()
    assert f"Keep backups no longer than {retention.BACKUPS.days} days" in operators
    assert retention.TOMBSTONES > retention.BACKUPS
