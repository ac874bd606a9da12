"""Every check that this machine can run, and a plain word for each that it cannot: `python3 dev.py test`.

The checks run two at a time, then the tests on SQLite, then those in a browser and on PostgreSQL together. With
arguments, which go to pytest, only tests are run. REQUIRE_ALL=1 makes a part that this machine cannot run a failure.
"""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PACKAGES = ["config", "core", "publishing", "articles", "campaigns", "enquiries", "pages"]
PASSED, FAILED, SKIPPED = "passed", "FAILED", "skipped"
NOTHING_COLLECTED = 5


@dataclass
class Part:
    """One line of the closing summary."""

    name: str
    outcome: str
    note: str = ""
    tests: Counter = field(default_factory=Counter)
    skip_reasons: Counter = field(default_factory=Counter)
    #: Of the tests, as `module.test`.
    failures: list[str] = field(default_factory=list)


def say(text: str = "") -> None:
    print(text, flush=True)


# Checks ------------------------------------------------------------------------------------------------------------


def checks() -> list[tuple[str, list[str]]]:
    """The slowest first, so that the quick ones run beside it."""
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
    templates += sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("*/templates/**/*.html"))
    found = [
        ("types", [str(BIN / "mypy"), *PACKAGES]),
        ("code style", [str(BIN / "ruff"), "check", "."]),
        ("code format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("import directions", [str(BIN / "lint-imports")]),
        ("Django's checks", [*MANAGE, "check", "--fail-level", "WARNING"]),
        ("migrations complete", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    ]
    if templates:
        found.insert(3, ("template style", [str(BIN / "djade"), "--target-version", "5.2", "--check", *templates]))
    return found


def run_check(name: str, command: list[str], environment: dict[str, str]) -> Part:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode == 0:
        say(f"{name}: passed")
        return Part(name, PASSED)
    say(f"{name}: FAILED\n{done.stdout.rstrip()}\n")
    return Part(name, FAILED)


def run_checks(environment: dict[str, str]) -> list[Part]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda check: run_check(*check, environment), checks()))


# Tests -------------------------------------------------------------------------------------------------------------


def run_tests(
    name: str,
    marks: str,
    arguments: list[str],
    environment: dict[str, str],
    *,
    measured: bool = False,
    output: TextIO | None = None,
) -> Part:
    """One pytest run over the tests with these marks; counts and reasons are read from its own report.

    What it prints goes to `output`, or at once to the screen.
    """
    print(f"\n--- {name}", file=output, flush=True)
    began = time.monotonic()
    start = [sys.executable, "-m", "coverage", "run", "-m", "pytest"] if measured else [sys.executable, "-m", "pytest"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            *start,
            "-q",
            "-n",
            "2",
            "--dist",
            "worksteal",
            "--tb",
            "short",
            "--junitxml",
            str(report),
            "-m",
            marks,
            *arguments,
        ]
        status = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output).returncode
        tests, reasons, failures = read_report(report)
    if status == NOTHING_COLLECTED:
        return Part(name, SKIPPED, "no such tests were chosen" if arguments else "there are no such tests")
    note = f"{closing_line(tests)} in {time.monotonic() - began:.0f} s"
    return Part(name, FAILED if status else PASSED, note, tests, reasons, failures)


def read_report(report: Path) -> tuple[Counter, Counter, list[str]]:
    """How many tests passed, failed and were skipped, why those were skipped, and which failed."""
    tests, reasons, failures = Counter(), Counter(), []
    if not report.exists():
        return tests, reasons, failures
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            tests["failed"] += 1
            failures.append(f"{case.get('classname')}.{case.get('name')}")
        elif (skip := case.find("skipped")) is not None:
            tests["skipped"] += 1
            reasons[skip.get("message", "no reason given")] += 1
        else:
            tests["passed"] += 1
    return tests, reasons, failures


def closing_line(tests: Counter) -> str:
    return ", ".join(f"{tests[word]} {word}" for word in ("passed", "failed", "skipped"))


def test_on_sqlite(arguments: list[str], environment: dict[str, str], scratch: Path) -> Part:
    environment = {**environment, "DATABASE_URL": f"sqlite:///{scratch / 'db.sqlite3'}"}
    return run_tests(
        "tests on SQLite", "not browser and not postgresql", arguments, environment, measured=not arguments
    )


def test_in_browser(arguments: list[str], environment: dict[str, str], scratch: Path) -> Part:
    name = "tests in a browser"
    if not environment.get("CHROMIUM"):
        return Part(name, SKIPPED, "no Chromium: install it (apt-get install chromium) or set CHROMIUM to its path")
    environment = {**environment, "DATABASE_URL": f"sqlite:///{scratch / 'db.sqlite3'}"}
    return run_tests(name, "browser", arguments, environment, measured=not arguments)


def test_on_postgresql(arguments: list[str], environment: dict[str, str], output: TextIO) -> Part:
    name = "tests on PostgreSQL"
    given = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        if not given.startswith(("postgres://", "postgresql://")):
            programs = postgresql_programs()
            if not programs:
                return Part(name, SKIPPED, "no PostgreSQL: install it (apt-get install postgresql) or set DATABASE_URL")
            given = stack.enter_context(throwaway_postgresql(programs))
        # What tests/start is about never meets the database of the tests.
        chosen = arguments or ["--ignore", "tests/start"]
        return run_tests(name, "not browser", chosen, {**environment, "DATABASE_URL": given}, output=output)


def judge_html(environment: dict[str, str], browser: Part) -> Part:
    """The Nu HTML checker is called by a test among those in a browser; this says whether it had what it needs."""
    name = "HTML checker"
    if not environment.get("VNU_JAR"):
        return Part(name, SKIPPED, "no vnu.jar: put it at var/tools/vnu.jar or set VNU_JAR to its path")
    if not shutil.which("java"):
        return Part(name, SKIPPED, "no Java: install it (apt-get install default-jre-headless)")
    if browser.outcome == SKIPPED:
        return Part(name, SKIPPED, "it reads the pages of the tests in a browser, which were skipped")
    found_fault = any(".test_html." in failure for failure in browser.failures)
    # A run that ended before its tests did leaves no report to tell by.
    is_told = browser.outcome == PASSED or browser.failures
    return Part(name, FAILED if found_fault or not is_told else PASSED, "among the tests in a browser")


def judge_coverage(browser: Part) -> Part:
    subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet"], cwd=ROOT, stdout=subprocess.DEVNULL)
    done = subprocess.run([sys.executable, "-m", "coverage", "report"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    total = next(
        (line.split()[-1] for line in done.stdout.splitlines() if line.startswith("TOTAL")), "nothing measured"
    )
    if done.returncode:
        say(f"\n--- line coverage\n{done.stdout}")
    note = f"{total} of lines" + ("" if browser.outcome != SKIPPED else ", without the browser tests")
    return Part("line coverage", FAILED if done.returncode else PASSED, note)


# What the machine has ------------------------------------------------------------------------------------------------


def test_environment(scratch: Path) -> dict[str, str]:
    """The environment of every check and test: nothing of this copy's own .env, database or mail is used."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    environment = {
        **os.environ,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": f"test:{key}",
        "DEBUG": "off",
        "SITE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": f"sqlite:///{scratch / 'db.sqlite3'}",
        "DATA_DIR": str(scratch / "data"),
        "EMAIL_URL": "memorymail://",
        "DEFAULT_FROM_EMAIL": "office@children-first.example",
        "STAFF_EMAIL": "duty@children-first.example",
        "LEAD_EMAIL": "lead@children-first.example",
        "TRUSTED_PROXIES": "0",
        "LOG_LEVEL": "INFO",
        # Left over from a killed run, coverage data of another day would be counted in.
        "COVERAGE_FILE": str(ROOT / ".coverage"),
    }
    if chromium := environment.get("CHROMIUM") or find_program("chromium", "chromium-browser", "google-chrome"):
        environment["CHROMIUM"] = chromium
    jar = Path(environment.get("VNU_JAR") or ROOT / "var" / "tools" / "vnu.jar")
    environment.pop("VNU_JAR", None)
    if jar.is_file():
        environment["VNU_JAR"] = str(jar.resolve())
    return environment


def find_program(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def postgresql_programs() -> Path | None:
    """The folder that holds initdb and postgres: the newest that Debian keeps off PATH, or the one on PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def throwaway_postgresql(programs: Path) -> Iterator[str]:
    """A PostgreSQL of our own in a temporary folder, for as long as the block runs; yields its DATABASE_URL."""
    # PostgreSQL refuses to run as root.
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_root() else {}
    password, port = secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        data, password_file = Path(folder) / "data", Path(folder) / "password"
        password_file.write_text(password)
        if account:
            for path in (folder, password_file):
                shutil.chown(path, account["user"], account["group"])
        initdb = [programs / "initdb", "-D", data, "-U", "tests", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [*initdb, "--auth=scram-sha-256", f"--pwfile={password_file}"],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **account,
        )  # fmt: skip
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        options["full_page_writes"] = "off"
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *flags], cwd=folder, stdout=log, stderr=log, **account
            )
            try:
                address = f"postgres://tests:{password}@127.0.0.1:{port}/postgres"
                await_answer(address, server, Path(folder) / "log")
                yield address
            finally:
                server.send_signal(signal.SIGINT)  # "fast": ends sessions that a killed test left open
                server.wait(30)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def await_answer(address: str, server: subprocess.Popen, log: Path) -> None:
    """Return once it takes connections; its port is open some time before that."""
    latest = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < latest:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(address).close()
            return
        time.sleep(0.1)
    sys.exit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


# Summary -----------------------------------------------------------------------------------------------------------


def summarise(parts: list[Part], *, require_all: bool) -> int:
    """Print what became of every part, why tests were skipped, and last the totals. Returns the exit status."""
    say("\nWhat ran on this machine")
    width = max(len(part.name) for part in parts)
    for part in parts:
        say(f"  {part.name:{width}}  {part.outcome}  {part.note}".rstrip())
    for part in parts:
        for reason, count in part.skip_reasons.items():
            say(f"  {count} skipped among the {part.name}: {reason}")
    failed = [part.name for part in parts if part.outcome == FAILED]
    lacking = [part.name for part in parts if part.outcome == SKIPPED] if require_all else []
    if lacking:
        say(f"  REQUIRE_ALL is set, so these skipped parts are failures: {', '.join(lacking)}")
    totals = sum((part.tests for part in parts), Counter())
    # A part without tests of its own, such as a style check, counts as one failure in the totals.
    totals["failed"] += sum(1 for part in parts if part.outcome == FAILED and not part.tests["failed"]) + len(lacking)
    say(closing_line(totals))
    return 1 if failed or lacking else 0


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="children-first-") as folder:
        scratch = Path(folder)
        environment = test_environment(scratch)
        parts = []
        if not arguments:
            subprocess.run([sys.executable, "-m", "coverage", "erase"], cwd=ROOT, env=environment)
            parts += run_checks(environment)
        parts.append(test_on_sqlite(arguments, environment, scratch))
        # A browser waits a lot; what it says comes first, and what ran meanwhile after it.
        with ThreadPoolExecutor(1) as pool, (scratch / "postgresql.txt").open("w+") as later:
            meanwhile = pool.submit(test_on_postgresql, arguments, environment, later)
            parts.append(browser := test_in_browser(arguments, environment, scratch))
            parts.append(meanwhile.result())
            later.seek(0)
            say(later.read().rstrip())
        if not arguments:
            parts.append(judge_html(environment, browser))
            parts.append(judge_coverage(browser))
    return summarise(parts, require_all=os.environ.get("REQUIRE_ALL") == "1")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
