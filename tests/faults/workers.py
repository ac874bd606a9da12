"""Many do the same at once: is it done exactly once?

    python -m tests.faults.workers [--database sqlite|postgresql] [--short]

TRUST F9. Four real workers share a queue of a thousand notices. Two hundred people send the very same form at the same
moment, as a browser does that tries again. (The trial of 500 parallel pledges belongs here once there are pledges.)
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter

from tests.faults.enquirer import FILLING_SECONDS, Enquirers, new_message
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table

WORKERS = 4
GIVE_UP_SECONDS = 300


async def send_equal(people: Enquirers, *, times: int) -> set[str]:
    """Send one form so many times at once. Returns the references that were told."""
    address, message = people.address(), new_message()
    form = await people.open_form(address)
    assert form, "The form is not there."
    await asyncio.sleep(FILLING_SECONDS)
    is_time = asyncio.Event()

    async def one() -> None:
        await is_time.wait()
        await people.send(form, message, address)

    tasks = [asyncio.create_task(one()) for _ in range(times)]
    await asyncio.sleep(0)
    is_time.set()
    await asyncio.gather(*tasks)
    return {await people.read_reference(each) for each in people.acknowledged()}


def work_off(site: TrialSite, *, notices: int) -> float:
    """Seconds until the workers have delivered that many, and have had time for one too many."""
    began = time.monotonic()
    workers = [site.start_worker() for _ in range(WORKERS)]
    while len(site.inbox.messages) < notices and time.monotonic() - began < GIVE_UP_SECONDS:
        time.sleep(0.1)
    took = time.monotonic() - began
    time.sleep(2)
    for worker in workers:
        site.end(worker)
    return took


def trial(database: str, *, is_short: bool, notices: int, times: int) -> Table:
    table = Table(f"F9 all at once, {database}", is_short)
    with trial_site(database, STAFF_EMAIL="duty@example.org", LEAD_EMAIL="lead@example.org") as site:
        people = Enquirers(site.port)
        told = asyncio.run(send_equal(people, times=times))
        kinds, found = people.kinds(), site.stored(people)
        # With the one that was just sent.
        site.run("-m", "bench.enquiries", str(notices - 1), LOG_LEVEL="ERROR")
        took = work_off(site, notices=notices)
        subjects = Counter(message["Subject"] for message in site.inbox.messages)
    table.row("equal forms at once, stored", "1", found["enquiries"], is_met=found["enquiries"] == 1)
    table.row("references told", "1", len(told), is_met=len(told) == 1)
    table.row("thanked", str(times), kinds["sent"], is_met=kinds["sent"] == times)
    judge_stored(table, found)
    table.row(
        f"notices that {WORKERS} workers delivered",
        f"{notices:,}",
        f"{len(subjects):,}",
        is_met=len(subjects) == notices,
    )
    table.none("delivered twice", [subject for subject, number in subjects.items() if number > 1])
    table.row("deliveries a second", "", f"{notices / took:.0f}", is_met=None)
    return table


def main(arguments: list[str] | None = None) -> int:
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"notices": 1000, "times": 200},
        short={"notices": 60, "times": 40},
    )


if __name__ == "__main__":
    sys.exit(main())
