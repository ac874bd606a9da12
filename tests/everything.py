"""Every check that this machine can run, and a plain word for each that it cannot: `python3 dev.py test`.

With arguments, which go to pytest, only tests are run. A test that cannot run for want of a program is skipped for a
reason that begins with "no " and says how to install it; with REQUIRE_ALL=1 each such reason counts as a failure, and
the share of lines that tests ran is measured.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import tests.settings  # noqa: F401 - sets the environment of every check
from tests.postgresql import NONE_HERE, postgresql_programs

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PACKAGES = ["config", "core", "publishing", "articles", "campaigns", "enquiries", "feedback", "pages"]
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
# The slowest first, so that the quick ones run beside it.
CHECKS = {
    "types": [BIN / "mypy", *PACKAGES],
    "code style": [BIN / "ruff", "check", "."],
    "code format": [BIN / "ruff", "format", "--check", "."],
    "template style": [BIN / "djade", "--target-version", "5.2", "--check", *TEMPLATES],
    "import directions": [BIN / "lint-imports"],
    "Django's checks": [*MANAGE, "check", "--fail-level", "WARNING"],
    "migrations complete": [*MANAGE, "makemigrations", "--check", "--dry-run"],
}
PYTEST = [sys.executable, "-m", "pytest", "-q", "-rfEs", "-n", "2", "--dist", "worksteal", "--tb", "short"]
MEASURED = [sys.executable, "-m", "coverage", "run", *PYTEST[1:]]
NOTHING_CHOSEN = 5


@dataclass
class Part:
    """One line of the closing summary, and what pytest said of tests that failed or were skipped."""

    name: str
    is_well: bool
    note: str = ""
    counts: Counter = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)


def say(text: str = "") -> None:
    print(text, flush=True)


def run(command: list, *, live: bool = False, **variables: str) -> tuple[int, str]:
    """The exit status of a command and all it printed, which is also passed on as it comes if `live`."""
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            lines.append(line)
            if live:
                print(line, end="", flush=True)
    return process.returncode, "".join(lines)


def run_check(name: str) -> Part:
    status, output = run(CHECKS[name])
    say(f"{name}: FAILED\n{output}" if status else f"{name}: passed")
    return Part(name, is_well=not status, note="FAILED" if status else "passed")


def run_tests(name: str, command: list, *, live: bool = False, **variables: str) -> Part:
    """What a run of pytest came to, by its own closing words."""
    began = time.monotonic()
    status, output = run(command, live=live, **variables)
    if not live:
        say(f"\n--- {name}\n{output.rstrip()}")
    *above, last = output.splitlines() or [""]
    counts = Counter()
    for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", last):
        counts["failed" if word == "error" else word] += int(number)
    is_well = status in {0, NOTHING_CHOSEN}
    if not is_well and not counts["failed"]:
        counts["failed"] = 1  # it broke off before a test could fail
    outcome = "FAILED" if not is_well else "passed" if status == 0 else "no test was chosen"
    remarks = [line for line in above if re.match(r"(FAILED|ERROR) |SKIPPED \[", line)]
    return Part(name, is_well, f"{outcome}  {totals(counts)} in {time.monotonic() - began:.0f} s", counts, remarks)


def test_on_postgresql(arguments: list[str]) -> Part:
    name = "tests on PostgreSQL"
    if not os.environ.get("TEST_DATABASE_URL") and not postgresql_programs():
        return Part(name, True, "skipped", remarks=[f"SKIPPED [1] {name}: {NONE_HERE}"])
    # What tests/start is about never meets the database of the tests.
    chosen = arguments or ["--ignore", "tests/start"]
    return run_tests(name, [*PYTEST, "--postgresql", "-m", "not browser", *chosen])


def judge_coverage() -> Part:
    run([sys.executable, "-m", "coverage", "combine", "--quiet"])
    status, output = run([sys.executable, "-m", "coverage", "report"])
    if status:
        say(f"\n--- line coverage\n{output}")
    total = re.search(r"^TOTAL.* (\S+)$", output, re.MULTILINE)
    return Part(
        "line coverage", not status, f"{'FAILED' if status else 'passed'}  {total[1] if total else 'none'} of lines"
    )


def totals(counts: Counter) -> str:
    return ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped"))


def summarise(parts: list[Part], *, require_all: bool) -> int:
    """Print what became of every part, which tests failed or were skipped and why, and last the totals."""
    say("\nWhat ran on this machine")
    width = max(len(part.name) for part in parts)
    for part in parts:
        say(f"  {part.name:{width}}  {part.note}")
    remarks = sorted({remark for part in parts for remark in part.remarks})
    for remark in remarks:
        say(f"  {remark}")
    counts = sum((part.counts for part in parts), Counter())
    # A part without tests of its own, such as a style check, is one failure.
    counts["failed"] += sum(not part.is_well and not part.counts["failed"] for part in parts)
    if require_all and (lacking := {remark for remark in remarks if re.match(r"SKIPPED \[.*?: no ", remark)}):
        say(f"  REQUIRE_ALL is set, so what this machine lacks is a failure: {len(lacking)} of the lines above.")
        counts["failed"] += len(lacking)
    say(totals(counts))
    return 1 if counts["failed"] or not counts["passed"] else 0


def main(arguments: list[str]) -> int:
    parts: list[Part] = []
    requires_all = os.environ.get("REQUIRE_ALL") == "1"
    # To measure lines takes half as long again, so only the whole run does.
    is_measured = requires_all and not arguments
    with ThreadPoolExecutor(2) as pool:
        if not arguments:
            run([sys.executable, "-m", "coverage", "erase"])
            parts += pool.map(run_check, CHECKS)
        # A browser waits a lot. What it says comes first, and what ran meanwhile after it.
        on_postgresql = pool.submit(test_on_postgresql, arguments)
        on_sqlite = [*(MEASURED if is_measured else PYTEST), *arguments]
        parts.append(run_tests("tests on SQLite", on_sqlite, live=True, TEST_DATABASE_URL=""))
        parts.append(on_postgresql.result())
    if is_measured:
        parts.append(judge_coverage())
    return summarise(parts, require_all=requires_all)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
