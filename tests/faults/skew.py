"""The clocks of the web server and of the worker differ: is any mail lost or sent twice, and is too much deleted?

    python -m tests.faults.skew [--database sqlite|postgresql] [--short]

TRUST F8. People write to a site whose clock is right while its worker's is a day ahead, and then a day behind
(faketime). Then a worker with the right clock starts. At the end every enquiry is closed, and the daily deletion is
called with a clock that is ten years ahead: it must refuse. What one worker's wrong clock leaves behind in the queue is
the trial of `tests.faults.clock`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import sys
import time
from collections import Counter
from datetime import timedelta

from tests.faults.enquirer import Enquirers, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table
from tests.faults.trial import clock_ahead

DAY = timedelta(days=1)
#: The worker asks every second.
BEHIND_SECONDS = 4
RATE = 5.0
#: Prints the number of enquiries before and after the deletion, and what it raised.
DELETE = """
import json
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from enquiries.models import Enquiry
from enquiries.retention import purge
now = timezone.now()
Enquiry.objects.update(state="closed", closed_at=now)
before, raised = Enquiry.objects.count(), ""
try:
    purge(now=now + timedelta(days=3652))
except Exception as error:
    raised = type(error).__name__
print(json.dumps([before, Enquiry.objects.count(), raised]))
"""


def write(site: TrialSite, people: Enquirers, *, number: int, clock: timedelta | None) -> None:
    """Let so many people write while a worker with that clock runs; None is the right one."""
    worker = site.start_worker(**(clock_ahead(clock) if clock else {}))
    asyncio.run(at_rate(people.write, a_second=RATE, seconds=number / RATE))
    end = time.monotonic() + (BEHIND_SECONDS if clock and clock < timedelta() else 60)
    while len(site.inbox.messages) < len(people.acknowledged()) and time.monotonic() < end:
        time.sleep(0.1)
    site.end(worker)


def delete_in_ten_years(table: Table, site: TrialSite) -> None:
    if importlib.util.find_spec("enquiries.retention") is None:
        table.row("deletion with a clock ten years ahead", "refuses", "there is none yet", is_met=None)
        return
    before, after, raised = json.loads(site.run("-c", DELETE, LOG_LEVEL="CRITICAL"))
    is_met = before == after > 0
    table.row("deletion with a clock ten years ahead", "refuses", f"{after} of {before} left {raised}", is_met=is_met)


def trial(database: str, *, is_short: bool, number: int) -> Table:
    table = Table(f"F8 clocks a day apart, {database}", is_short)
    with trial_site(database) as site:
        people = Enquirers(site.port)
        write(site, people, number=number, clock=DAY)
        ahead = len(site.inbox.messages)
        write(site, people, number=number, clock=-DAY)
        write(site, people, number=number, clock=None)
        subjects = Counter(message["Subject"] for message in site.inbox.messages)
        found = site.stored(people)
        delete_in_ten_years(table, site)
    sent = len(people.acknowledged())
    table.row("acknowledged", str(3 * number), sent, is_met=sent == 3 * number)
    table.row("delivered while the worker's clock was ahead", str(number), ahead, is_met=ahead == number)
    table.row("delivered in the end", str(sent), len(subjects), is_met=len(subjects) == sent)
    table.none("delivered twice", [subject for subject, times in subjects.items() if times > 1])
    judge_stored(table, found)
    return table


def main(arguments: list[str] | None = None) -> int:
    if shutil.which("faketime") is None:
        print("No faketime here: install it (apt-get install faketime).")
        return 1
    return run_on_databases(trial, purpose=__doc__, arguments=arguments, full={"number": 100}, short={"number": 5})


if __name__ == "__main__":
    sys.exit(main())
