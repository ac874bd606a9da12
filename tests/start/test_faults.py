"""`python -m tests.faults` runs every fault there is, and one that failed is never passed over."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).resolve().parents[1] / "faults" / "__main__.py"
FAULT = """
import sys

def main(arguments): print("lost", LOST, "told", arguments); return 1 if LOST else 0

if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy with two faults, one of which loses a mail, and a module that is no fault run."""
    folder = tmp_path / "tests" / "faults"
    folder.mkdir(parents=True)
    shutil.copy(MAIN, folder)
    (folder / "mail.py").write_text("LOST = 0\n" + FAULT)
    (folder / "queue.py").write_text("LOST = 1\n" + FAULT)
    (folder / "settings.py").write_text("raise RuntimeError('not to be run')\n")
    return tmp_path


def run(copy: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "tests.faults", *words], cwd=copy, capture_output=True, text=True)


def test_every_fault_is_run_and_one_that_failed_is_named(copy):
    done = run(copy, "--short")

    assert done.returncode == 1
    assert "lost 0 told ['--short']" in done.stdout
    lines = [line.split()[:2] for line in done.stdout.splitlines()]
    assert ["mail", "passed"] in lines
    assert ["queue", "FAILED"] in lines
    assert done.stdout.endswith("1 of 2 fault runs passed\n")


def test_only_the_named_faults_run(copy):
    done = run(copy, "mail")

    assert done.returncode == 0
    assert "lost 0 told []" in done.stdout
    assert done.stdout.endswith("1 of 1 fault runs passed\n")


def test_an_unknown_fault_is_refused_with_the_known_ones(copy):
    done = run(copy, "mails")

    assert done.returncode == 2
    assert "no fault run called mails; there are mail, queue" in done.stderr
