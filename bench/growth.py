"""`python -m bench.growth`: does anything grow with the number of articles, with idle connections, or with time?

- What each kind of page costs at 1,000, 10,000 and 100,000 stories (`bench.pages`), on both databases.
- How long a reader waits beside 500 silent and 50 slow connections, and without them. Both medians come from turns of
  the same run, so that their ratio hardly depends on the machine.
- The memory of two web processes together after 10,000 different pages: proportional (PSS), as Linux tells it.

Takes about ten minutes. Exit status 1 when a target is missed.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from statistics import median, quantiles

from bench.site import DATABASES, filled_site
from tests.connections import idle_connections, read

SIZES = [1_000, 10_000, 100_000]
#: First reads at the largest size: over those at the smallest, and milliseconds.
RATIO_CEILING, MS_CEILING = 1.5, 10
WAIT_CEILING, WAIT_ROUNDS, WAIT_SECONDS = 1.5, 5, 3
PAGES, MEGABYTES_CEILING = 10_000, 110


def measure_sizes(database: str) -> bool:
    """Print the costs on one database; whether they keep to the ceilings."""
    found = {}
    for number in SIZES:
        with filled_site(number, database=database) as site:
            found[number] = json.loads(site.run("-m", "bench.pages", LOG_LEVEL="ERROR"))
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


def waits(port: int, path: str) -> list[float]:
    """What readers of a page wait in some seconds, each on a new connection."""
    until = time.monotonic() + WAIT_SECONDS
    found = []
    while time.monotonic() < until:
        found.append(read(port, path))
        time.sleep(0.002)
    return found


def measure_waits() -> bool:
    """Print how long readers wait beside a crowd; whether it keeps to the ceiling."""
    ratios = []
    with filled_site() as site:
        for path in ("/health/live", "/", "/news/"):
            waits(site.port, path)
            found: dict[str, list[float]] = {"alone": [], "beside 500 silent and 50 slow": []}
            alone, beside = found.values()
            for _round in range(WAIT_ROUNDS):
                alone += waits(site.port, path)
                with idle_connections(site.port):
                    time.sleep(1)
                    beside += waits(site.port, path)
            for words, seconds in found.items():
                p50, p99 = (1000 * quantiles(seconds, n=100)[place] for place in (49, 98))
                print(f"{path}, {words}: median {p50:.2f} ms, p99 {p99:.2f} ms, longest {1000 * max(seconds):.0f} ms")
            ratios.append(median(beside) / median(alone))
            print(f"{path}: a reader waits {ratios[-1]:.2f} times as long (ceiling {WAIT_CEILING})")
    return max(ratios) <= WAIT_CEILING


def measure_memory() -> bool:
    """Print what two processes need after so many different pages; whether it keeps to the ceiling."""

    def megabytes(process: int) -> float:
        return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)[1]) / 1024

    with filled_site(PAGES, processes=2) as site:
        for number in range(PAGES):
            read(site.port, f"/news/story-{number}/")
        processes, parent = sum(map(megabytes, site.web_processes())), megabytes(site.children[0].pid)
    print(f"memory after {PAGES:,} pages (PSS): two web processes {processes:.0f} MB, their parent {parent:.0f} MB")
    return processes <= MEGABYTES_CEILING


def main() -> int:
    parts = {database: lambda database=database: measure_sizes(database) for database in DATABASES}
    parts |= {"connections": measure_waits, "memory": measure_memory}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=parts)
    only = parser.parse_args().only
    results = [measure() for name, measure in parts.items() if only in {None, name}]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
