"""The last lines of `dev.py test`: nothing that failed or did not run may be passed over."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import everything
from tests.everything import Part

TESTS = """
import pytest

def test_well(): pass

def test_fault(): assert "right" == "wrong"

@pytest.fixture
def broken(): raise RuntimeError("no such thing")

def test_error(broken): pass

@pytest.mark.parametrize("number", [1, 2])
def test_for_want_of_a_program(number): pytest.skip("no Chromium: install it")

@pytest.mark.skip(reason="a rule of SQLite")
def test_of_another_database(): pass
"""
PYTEST = [sys.executable, "-m", "pytest", "-q", "-rfEs"]


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """What a real run of those tests comes to."""
    (tmp_path / "test_all.py").write_text(TESTS)
    return everything.run_tests("tests on SQLite", [*PYTEST, str(tmp_path)])


def last_lines(capsys: pytest.CaptureFixture) -> list[str]:
    return capsys.readouterr().out.split("What ran on this machine")[1].splitlines()


def test_what_failed_and_what_was_skipped_is_counted_and_named(part, capsys):
    assert everything.summarise([part], require_all=False) == 1

    lines = last_lines(capsys)
    assert re.fullmatch(r"  tests on SQLite  FAILED  1 passed, 2 failed, 3 skipped in \d+ s", lines[1])
    assert [line for line in lines if "test_all.py::test_fault" in line and "FAILED" in line]
    assert [line for line in lines if "test_all.py::test_error" in line and "ERROR" in line]
    assert [line for line in lines if "SKIPPED [2]" in line and line.endswith("no Chromium: install it")]
    assert lines[-1] == "1 passed, 2 failed, 3 skipped"


def test_where_all_is_required_each_thing_lacking_is_a_failure(part, capsys):
    part.is_well, part.counts = True, Counter(passed=1, skipped=3)
    assert everything.summarise([part], require_all=False) == 0
    assert last_lines(capsys)[-1] == "1 passed, 0 failed, 3 skipped"

    assert everything.summarise([part], require_all=True) == 1
    assert last_lines(capsys)[-1] == "1 passed, 1 failed, 3 skipped", "a rule of SQLite needs no program"


def test_postgresql_that_is_not_here_is_named(monkeypatch, capsys):
    monkeypatch.setattr(everything, "postgresql_programs", lambda: None)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    parts = [everything.test_on_postgresql([]), Part("tests on SQLite", True, counts=Counter(passed=3))]

    assert everything.summarise(parts, require_all=False) == 0
    assert "  SKIPPED [1] tests on PostgreSQL: no PostgreSQL: install it (apt-get install postgresql)" in last_lines(
        capsys
    )
    assert everything.summarise(parts, require_all=True) == 1
    assert last_lines(capsys)[-1] == "3 passed, 1 failed, 0 skipped"


def test_a_run_that_breaks_off_is_a_failure(tmp_path, capsys):
    (tmp_path / "test_all.py").write_text("import os\ndef test_end(): os._exit(3)\n")
    broken = everything.run_tests("tests on SQLite", [*PYTEST, str(tmp_path)])

    assert everything.summarise([broken], require_all=False) == 1
    assert last_lines(capsys)[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_failed_check_counts_as_one_failure(monkeypatch, capsys):
    monkeypatch.setitem(everything.CHECKS, "code style", [sys.executable, "-c", "print('line 1'); exit(1)"])
    parts = [everything.run_check("code style"), Part("tests on SQLite", True, counts=Counter(passed=3))]

    assert "code style: FAILED\nline 1\n" in capsys.readouterr().out
    assert everything.summarise(parts, require_all=False) == 1
    assert last_lines(capsys)[-1] == "3 passed, 1 failed, 0 skipped"


def test_a_run_in_which_no_test_was_chosen_is_no_success(tmp_path, capsys):
    (tmp_path / "test_all.py").write_text(TESTS)
    part = everything.run_tests("tests on SQLite", [*PYTEST, str(tmp_path), "-k", "misspelt"])

    assert "no test was chosen" in part.note
    assert everything.summarise([part], require_all=False) == 1
