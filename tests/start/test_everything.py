"""The last lines of `dev.py test`: nothing that failed or did not run may be passed over."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests import everything
from tests.everything import FAILED, PASSED, SKIPPED, Part

REPORT = """<testsuites><testsuite>
<testcase name="a"/>
<testcase classname="tests.browser.test_html" name="b"><failure message="no">...</failure></testcase>
<testcase classname="tests.other" name="c"><error message="no">...</error></testcase>
<testcase name="d"><skipped message="no vnu.jar">...</skipped></testcase>
<testcase name="e"><skipped message="no vnu.jar">...</skipped></testcase>
</testsuite></testsuites>"""


def test_counts_and_reasons_are_read_from_a_report(tmp_path: Path):
    (tmp_path / "report.xml").write_text(REPORT)

    tests, reasons, failures = everything.read_report(tmp_path / "report.xml")

    assert tests == Counter(passed=1, failed=2, skipped=2)
    assert reasons == {"no vnu.jar": 2}
    assert failures == ["tests.browser.test_html.b", "tests.other.c"]


def test_a_run_without_a_report_counts_nothing(tmp_path: Path):
    assert everything.read_report(tmp_path / "report.xml") == (Counter(), Counter(), [])


@pytest.mark.parametrize(
    ("outcome", "failures", "judged"),
    [
        (PASSED, [], PASSED),
        (FAILED, ["tests.browser.test_pages.test_one"], PASSED),
        (FAILED, ["tests.browser.test_pages.test_one", "tests.browser.test_html.test_valid"], FAILED),
        (FAILED, [], FAILED),
    ],
    ids=["all well", "another test failed", "its own test failed", "the run broke off"],
)
def test_the_html_checker_is_judged_by_its_own_test(monkeypatch, outcome, failures, judged):
    monkeypatch.setattr(everything.shutil, "which", lambda program: f"/usr/bin/{program}")
    browser = Part("tests in a browser", outcome, failures=failures)
    assert everything.judge_html({"VNU_JAR": "/var/vnu.jar"}, browser).outcome == judged


def test_a_skipped_part_and_a_skipped_test_are_named_with_their_reasons(capsys):
    parts = [
        Part("tests on SQLite", PASSED, "ok", Counter(passed=3, skipped=1), Counter({"no Welsh fonts": 1})),
        Part("tests in a browser", SKIPPED, "no Chromium"),
    ]

    assert everything.summarise(parts, require_all=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  tests in a browser  skipped  no Chromium" in lines
    assert "  1 skipped among the tests on SQLite: no Welsh fonts" in lines
    assert lines[-1] == "3 passed, 0 failed, 1 skipped"


def test_where_all_is_required_a_skipped_part_is_a_failure(capsys):
    parts = [Part("tests on SQLite", PASSED, "", Counter(passed=3)), Part("tests on PostgreSQL", SKIPPED, "none here")]

    assert everything.summarise(parts, require_all=True) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "these skipped parts are failures: tests on PostgreSQL" in lines[-2]
    assert lines[-1] == "3 passed, 1 failed, 0 skipped"


def test_a_failed_check_without_tests_shows_in_the_totals(capsys):
    parts = [Part("code style", FAILED), Part("tests on SQLite", PASSED, "", Counter(passed=3))]

    assert everything.summarise(parts, require_all=False) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed, 0 skipped"


def test_a_throwaway_postgresql_answers_and_is_gone_afterwards():
    programs = everything.postgresql_programs()
    if not programs:
        pytest.skip("no PostgreSQL: install it (apt-get install postgresql)")

    with everything.throwaway_postgresql(programs) as address:
        with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            assert cursor.fetchone() == ("UTF8",)
        wrong = address.replace("tests:", "tests:x")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(wrong)

    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(address)
