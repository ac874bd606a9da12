"""`python -m bench.stored`: enquiries stored a second with full durability, beside the least that could store them.

In one run on each database, on a disk as TRUST describes it, where the disk takes 4 ms to confirm a write (strace makes
the confirmations of a faster one wait), and once more on this machine's disk as it is:

- bare loop: one process inserts one encrypted row after the other, each confirmed by the disk;
- prototype: the same server with `bench.prototype` in it, which has a form and nothing else;
- site: the form as it is deployed. Both get forms that were opened before, from people who send them all at once.

Exit status 1 when the site stores less than half of the bare loop, or of the prototype, on the slow disk. On a fast one
the loop shows how fast a processor can insert, and no form could keep up; so those figures are shown and not judged.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from tests.faults.enquirer import FILLING_SECONDS, Enquirers, Form, new_message
from tests.faults.sites import DATABASES, trial_site
from tests.faults.table import Table
from tests.running_site import ROOT, RunningSite

CONFIRMS_AFTER_MICROSECONDS = 4_000
SLOW_DISK = [
    "strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=fdatasync,fsync", "-e",
    f"inject=fdatasync,fsync:delay_exit={CONFIRMS_AFTER_MICROSECONDS}",
]  # fmt: skip
FLOOR = 0.5
#: People who send at the same time.
PEOPLE = 16


def bare_loop(site: RunningSite, wrapper: Sequence[str], *, rows: int) -> float:
    """Rows a second."""
    command = [*wrapper, sys.executable, "-m", "bench.prototype", str(rows)]
    done = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


async def posted(people: Enquirers, *, number: int) -> float:
    """Enquiries a second: opens so many forms, waits, and then has them sent as fast as `PEOPLE` can."""
    forms: list[tuple[str, Form]] = []
    for _ in range(number):
        address = people.address()
        if form := await people.open_form(address):
            forms.append((address, form))
    await asyncio.sleep(FILLING_SECONDS)
    began = time.perf_counter()

    async def one() -> None:
        while forms:
            address, form = forms.pop()
            await people.send(form, new_message(), address)

    await asyncio.gather(*(one() for _ in range(PEOPLE)))
    took = time.perf_counter() - began
    if people.kinds()["sent"] != number:
        sys.exit(f"not all were stored: {people.kinds()}, {people.unopened}")
    return number / took


def rates(database: str, wrapper: Sequence[str], *, number: int) -> tuple[float, float, float]:
    """Of the bare loop, the prototype and the site."""
    with trial_site(database, wrapper=wrapper) as site:
        loop = bare_loop(site, () if site.postgresql else wrapper, rows=number)
        ours = asyncio.run(posted(Enquirers(site.port), number=number))
        for child in list(site.children):
            site.end(child)
        site.application = "bench.prototype"
        site.start_web()
        bare = asyncio.run(posted(Enquirers(site.port), number=number))
    return loop, bare, ours


def measure(database: str, *, number: int, rounds: int, is_short: bool) -> Table:
    table = Table(f"Stored a second, {database}", is_short)
    disks = {"disk of 4 ms": SLOW_DISK, "this disk": []}
    for disk, wrapper in list(disks.items())[: 1 if is_short else 2]:
        found = [rates(database, wrapper, number=number) for _ in range(rounds)]
        loop, bare, ours = (median(each) for each in zip(*found, strict=True))
        table.row(f"{disk}: bare loop", "", f"{loop:.0f}", is_met=None)
        table.row(f"{disk}: prototype", "", f"{bare:.0f}", is_met=None)
        table.row(f"{disk}: site", "", f"{ours:.0f}", is_met=None)
        for name, other in (("bare loop", loop), ("prototype", bare)):
            is_met = ours >= FLOOR * other if wrapper else None
            table.row(f"{disk}: site over {name}", f">= {FLOOR}", f"{ours / other:.2f}", is_met=is_met, is_time=True)
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, help="of enquiries in each measurement: 400, or 30 with --short")
    parser.add_argument("--short", action="store_true", help="one round on the slow disk, and judge nothing")
    options = parser.parse_args()
    number, rounds = options.number or (30 if options.short else 400), 1 if options.short else 3
    if shutil.which("strace") is None:
        sys.exit("strace is not here: apt-get install strace")
    is_met = True
    for database in DATABASES:
        table = measure(database, number=number, rounds=rounds, is_short=options.short)
        table.show()
        is_met &= table.is_met
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
