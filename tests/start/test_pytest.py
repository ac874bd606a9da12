"""`pytest` alone, as an editor calls it: without a wrapper, without a variable, beside somebody's own `.env`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.postgresql import NONE_HERE, postgresql_programs, throwaway_postgresql

ROOT = Path(__file__).resolve().parents[2]
PYTEST = Path(sys.executable).parent / "pytest"
# Would stop every start of the site, and lead tests to a database of somebody's own.
OWN_SETTINGS = {"BANK_HOLIDAYS": "FRA", "DATABASE_URL": "postgres://own@127.0.0.1:1/own", "SECRET_KEY": "short"}


def run(folder: Path, *arguments: str, **variables: str) -> str:
    done = subprocess.run([PYTEST, "-q", *arguments], cwd=folder, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pytest_needs_no_environment_variable():
    assert re.search(r"^[1-9]\d* passed in", run(ROOT, "tests/core/test_http.py"), re.MULTILINE)


def test_pytest_ignores_the_settings_and_database_of_the_copy(tmp_path):
    copy = tmp_path / "copy"
    left_out = shutil.ignore_patterns(
        ".git", ".venv", ".env", ".coverage*", ".hypothesis", ".*_cache", "__pycache__", "var"
    )
    shutil.copytree(ROOT, copy, ignore=left_out)
    (copy / ".env").write_text("".join(f"{name}={value}\n" for name, value in OWN_SETTINGS.items()))

    said = run(copy / "tests" / "core", "test_health.py", DJANGO_SETTINGS_MODULE="config.settings", **OWN_SETTINGS)

    assert "passed" in said
    assert not (copy / "var").exists()


@pytest.mark.skipif(not postgresql_programs(), reason=NONE_HERE)
def test_one_option_runs_pytest_on_postgresql():
    said = run(ROOT, "tests/core/test_checks.py", "--postgresql", "-rs")

    assert "a rule of SQLite" in said
    assert "a rule of PostgreSQL" not in said


@pytest.mark.skipif(not postgresql_programs(), reason=NONE_HERE)
def test_a_throwaway_postgresql_answers_and_is_gone_afterwards():
    with throwaway_postgresql(postgresql_programs()) as address:
        with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            assert cursor.fetchone() == ("UTF8",)
        wrong = address.replace("tests:", "tests:x")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(wrong)

    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(address)
