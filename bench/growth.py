"""`python -m bench.growth`: does anything grow with the number of articles, with idle connections, or with time?

- What each kind of page costs at 1,000, 10,000 and 100,000 stories (`bench.pages`), on both databases.
- How long a reader waits beside 500 silent and 50 slow connections (`bench.connections`).
- The memory of two web processes together after 10,000 different pages.

Takes about ten minutes. Exit status 1 when a target is missed.
"""

import argparse
import json
import sys
import urllib.request
from functools import partial

from bench.connections import RATIO_CEILING as WAIT_CEILING
from bench.connections import report, waits
from bench.memory import web_megabytes
from bench.site import filled_site, python

SIZES = [1_000, 10_000, 100_000]
#: First reads at the largest size: over those at the smallest, and milliseconds.
RATIO_CEILING, MS_CEILING = 1.5, 10
PAGES, MEGABYTES_CEILING = 10_000, 110


def measure_sizes(database: str) -> bool:
    """Print the costs on one database; tell whether they keep to the ceilings."""
    found = {}
    for number in SIZES:
        with filled_site(number, on=database) as site:
            found[number] = json.loads(python(site, "bench.pages"))
    is_well = True
    print(f"{database}: milliseconds of processor time at {', '.join(f'{number:,}' for number in SIZES)} stories")
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
    """Print how long readers wait beside idle connections; tell whether it keeps to the ceiling."""
    with filled_site(1, settings_module="bench.settings") as site:
        return max(report(path, *waits(site.port, path)) for path in ("/bench/empty/", "/", "/news/")) <= WAIT_CEILING


def measure_memory() -> bool:
    """Print what two processes need after so many different pages; tell whether it keeps to the ceiling."""
    with filled_site(PAGES, processes=2) as site:
        for number in range(PAGES):
            urllib.request.urlopen(f"{site.url}/news/story-{number}/", timeout=20).close()
        processes, parent = web_megabytes(site)
    print(f"memory after {PAGES:,} pages (PSS): two web processes {processes:.0f} MB, their parent {parent:.0f} MB")
    return processes <= MEGABYTES_CEILING


def main() -> int:
    parts = {
        "sqlite": partial(measure_sizes, "sqlite"),
        "postgresql": partial(measure_sizes, "postgresql"),
        "connections": measure_waits,
        "memory": measure_memory,
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=parts)
    only = parser.parse_args().only
    results = [measure() for name, measure in parts.items() if only in {None, name}]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
