"""`python -m bench.growth`: does anything grow with the number of articles, with idle connections, or with time?

- What each kind of page costs at 1,000, 10,000 and 100,000 stories (`bench.pages`), on both databases.
- How long a reader waits beside 500 silent and 50 slow connections (`bench.connections`).
- The memory of two web processes together after 10,000 different pages.

Takes about ten minutes. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.connections import RATIO_CEILING as WAIT_CEILING
from bench.connections import report, waits
from bench.memory import web_megabytes
from bench.read_path import python
from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import RunningSite

SIZES = [1_000, 10_000, 100_000]
#: First reads at the largest size: over those at the smallest, and milliseconds.
RATIO_CEILING, MS_CEILING = 1.5, 10
PAGES, MEGABYTES_CEILING = 10_000, 110


@contextmanager
def filled_site(number: int, *, postgresql: Path | None = None, **options: Any) -> Iterator[RunningSite]:
    with ExitStack() as stack:
        address = stack.enter_context(throwaway_postgresql(postgresql)) if postgresql else ""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "site"
        site = stack.enter_context(RunningSite(folder, demo=True, database_url=address, **options))
        python(site, "bench.fill", str(number))
        if postgresql:
            # As its own housekeeping would soon do.
            site.manage("shell", "-v0", "-c", "from django.db import connection as c; c.cursor().execute('ANALYZE')")
        yield site


def measure_sizes(name: str, postgresql: Path | None = None) -> bool:
    """Print the costs on one database; whether they keep to the ceilings."""
    found = {}
    for number in SIZES:
        with filled_site(number, postgresql=postgresql) as site:
            found[number] = json.loads(python(site, "bench.pages"))
    is_well = True
    print(f"{name}: milliseconds of processor time at {', '.join(f'{number:,}' for number in SIZES)} stories")
    for page, cases in found[SIZES[-1]].items():
        for case in cases:
            costs = [found[number][page][case]["ms"] for number in SIZES if page in found[number]]
            ratio = costs[-1] / costs[0]
            is_missed = case == "first" and (ratio > RATIO_CEILING or costs[-1] > MS_CEILING)
            is_well &= not is_missed
            words = " ".join(f"{cost:8.2f}" for cost in costs)
            print(f"  {page:14} {case:6} {words:28} x {ratio:5.2f}{'  MISSED' if is_missed else ''}")
    return is_well


def measure_waits() -> bool:
    """Print how long readers wait beside a crowd; whether it keeps to the ceiling."""
    with filled_site(1, settings_module="bench.settings") as site:
        return max(report(path, *waits(site.port, path)) for path in ("/bench/empty/", "/", "/news/")) <= WAIT_CEILING


def measure_memory() -> bool:
    """Print what two processes need after so many different pages; whether it keeps to the ceiling."""
    with filled_site(PAGES, processes=2) as site:
        for number in range(PAGES):
            urllib.request.urlopen(f"{site.url}/news/story-{number}/", timeout=20).close()
        processes, parent = web_megabytes(site)
    print(f"memory after {PAGES:,} pages (PSS): two web processes {processes:.0f} MB, their parent {parent:.0f} MB")
    return processes <= MEGABYTES_CEILING


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["sqlite", "postgresql", "connections", "memory"])
    options = parser.parse_args()
    results = []
    if options.only in {None, "sqlite"}:
        results.append(measure_sizes("SQLite"))
    if options.only in {None, "postgresql"}:
        programs = postgresql_programs()
        if programs is None:
            sys.exit("No PostgreSQL here: install it (apt-get install postgresql).")
        results.append(measure_sizes("PostgreSQL", programs))
    if options.only in {None, "connections"}:
        results.append(measure_waits())
    if options.only in {None, "memory"}:
        results.append(measure_memory())
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
