"""A real site for benchmarks, with as many published stories as asked for."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import ROOT, RunningSite


def python(site: RunningSite, *words: str) -> str:
    """The output of `python -m` with the environment of the site."""
    environment = {**site.environment, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


@contextmanager
def database(name: str) -> Iterator[str]:
    """The address of a new database, "sqlite" or "postgresql". The former is made by the site itself: empty."""
    programs = postgresql_programs() if name == "postgresql" else None
    if name == "postgresql" and programs is None:
        sys.exit("No PostgreSQL here: install it (apt-get install postgresql).")
    with ExitStack() as stack:
        yield stack.enter_context(throwaway_postgresql(programs)) if programs else ""


@contextmanager
def filled_site(stories: int, *, on: str = "sqlite", **options: Any) -> Iterator[RunningSite]:
    """The demonstration and so many stories. `options` are those of `RunningSite`."""
    with (
        database(on) as address,
        tempfile.TemporaryDirectory() as folder,
        RunningSite(Path(folder) / "site", demo=True, database_url=address, **options) as site,
    ):
        python(site, "bench.fill", str(stories))
        if address:
            # PostgreSQL's own housekeeping would soon do so.
            site.manage("shell", "-v0", "-c", "from django.db import connection as c; c.cursor().execute('ANALYZE')")
        yield site
