"""A running site on a database of its own, made quickly from one that was prepared before."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.faults.enquirer import Enquirers
from tests.faults.stored import Found
from tests.faults.table import Table
from tests.postgresql import PostgreSQL
from tests.running_site import RunningSite

DATABASES = ["sqlite", "postgresql"]
#: A folder that several runs share, so that a database is prepared once.
TEMPLATE = "FAULTS_TEMPLATE"


class TrialSite(RunningSite):
    """Its visitors have addresses of their own, as behind a proxy."""

    #: None on SQLite.
    postgresql: PostgreSQL | None = None
    before: Callable[[TrialSite], None] | None = None

    def before_start(self) -> None:
        if self.before:
            self.before(self)

    def stored(self, enquirers: Enquirers) -> Found:
        path = self.folder / "acknowledged"
        enquirers.save(path)
        return json.loads(self.run("-m", "tests.faults.stored", str(path), LOG_LEVEL="ERROR"))

    def all_web_processes(self) -> list[int]:
        """Waits for those that are still beginning."""
        while len(found := self.web_processes()) < self.processes:
            time.sleep(0.05)
        return found


@contextmanager
def trial_site(
    database: str,
    *,
    demo: bool = False,
    folder: Path | None = None,
    before: Callable[[TrialSite], None] | None = None,
    **options: Any,
) -> Iterator[TrialSite]:
    """A site that keeps what it stores through a power cut. The rest is as in `RunningSite`.

    `before` is called when its files are there and nothing runs yet.
    """
    with ExitStack() as stack:
        folder = folder or Path(stack.enter_context(reachable_folder()))
        template = Path(os.environ.get(TEMPLATE) or stack.enter_context(reachable_folder())) / database
        server = None
        if database == "postgresql":
            server = stack.enter_context(prepared_postgresql(template, demo=demo, wrapper=options.get("wrapper", ())))
            options["database_url"] = server.url
        site = TrialSite(folder / "site", demo=demo, template=template, TRUSTED_PROXIES="1", **options)
        site.postgresql, site.before = server, before
        yield stack.enter_context(site)


@contextmanager
def prepared_postgresql(template: Path, *, demo: bool = False, **options: Any) -> Iterator[PostgreSQL]:
    """A copy of a server whose database is migrated. Beside it in `template` lies what `RunningSite` copies."""
    name = "demo" if demo else "empty"
    whole = template / f"{name}.database"
    template.mkdir(parents=True, exist_ok=True)
    with (template / f"{whole.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            unfinished = whole.with_suffix(".unfinished")
            unfinished.mkdir()
            server = PostgreSQL(unfinished)
            server.make()
            server.start()
            try:
                site = template / name
                site.mkdir()
                RunningSite(site, demo=demo, database_url=server.url).prepare()
            finally:
                server.stop()
            unfinished.rename(whole)
    with reachable_folder() as folder:
        subprocess.run(["cp", "-a", f"{whole}/.", folder], check=True)
        server = PostgreSQL(Path(folder), is_durable=True, **options)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def reachable_folder() -> Iterator[str]:
    """A temporary one that PostgreSQL can reach, which runs as another account."""
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield folder


def judge_stored(table: Table, found: Found, *, has_losses: bool = True) -> None:
    """The rows about what is in the database, which every trial of the form has."""
    if has_losses:
        table.none("acknowledged and lost", found["lost"])
    table.none("stored twice", found["duplicates"])
    table.none("half a record: not exactly one event and one notice", found["halves"])
    table.none("told another reference than its own", found["misnamed"])


def run_on_databases(
    trial: Callable[..., Table],
    *,
    purpose: str | None,
    arguments: list[str] | None,
    full: dict[str, float],
    short: dict[str, float],
    databases: Sequence[str] = DATABASES,
) -> int:
    """Print the table of `trial(database, is_short=..., **full)` on each database. Returns the exit status.

    The command line chooses a database, the sizes in `short`, and any size by itself.
    """
    options, sizes = sizes_from(arguments, purpose=purpose, full=full, short=short, databases=databases)
    is_met = True
    for database in [options["database"]] if options["database"] else databases:
        table = trial(database, is_short=options["short"], **sizes)
        table.show()
        is_met &= table.is_met
    return 0 if is_met else 1


def sizes_from(
    arguments: list[str] | None,
    *,
    purpose: str | None,
    full: dict[str, float],
    short: dict[str, float],
    databases: Sequence[str],
) -> tuple[dict[str, Any], dict[str, float]]:
    """Read the command line: "database" and "short", and the sizes it asks for."""
    parser = argparse.ArgumentParser(description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=databases)
    parser.add_argument("--short", action="store_true", help="smaller, for every day, and without judging times")
    for name, value in full.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), help=f"{value} unless told")
    options = vars(parser.parse_args(arguments))
    sizes = {**full, **(short if options["short"] else {})}
    sizes |= {name: options[name] for name in full if options[name] is not None}
    return options, sizes
