"""How soon do staff hear of an enquiry, and does the form mind what becomes of the mail?

    python -m tests.faults.speed [--database sqlite|postgresql] [--short]

TRUST F4, and what F3 says about the form. One enquiry a second comes in, and the worker tells staff. Then the mail
server is away for six hours of the worker's clock (faketime), with a thousand notices in the queue, and comes back.
Then people write while the mail server answers, and while it takes connections and says nothing, in turns.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median

from aiosmtpd.controller import Controller

from tests.faults.enquirer import Enquirers, at_rate
from tests.faults.sites import TrialSite, run_on_databases, trial_site
from tests.faults.table import Table, percentile
from tests.faults.trial import clock_ahead

OUTAGE = timedelta(hours=6)
#: So often people write while the form is timed.
RATE = 8.0


def delivered(site: TrialSite) -> dict[str, float]:
    """When the notice of each enquiry arrived, by its reference."""
    return {message["Subject"].split()[-1].replace("-", ""): message.arrived_at for message in site.inbox.messages}


def wait_for_notices(site: TrialSite, number: int, *, seconds: float) -> float:
    """Seconds until so many different notices have arrived, or all of `seconds`."""
    began = time.monotonic()
    while len(delivered(site)) < number and time.monotonic() - began < seconds:
        time.sleep(0.1)
    return time.monotonic() - began


def steady(table: Table, site: TrialSite, *, seconds: float) -> None:
    people = Enquirers(site.port)
    worker = site.start_worker()
    asyncio.run(at_rate(people.write, a_second=1.0, seconds=seconds))

    async def read() -> None:
        for each in people.acknowledged():
            await people.read_reference(each)

    asyncio.run(read())
    wait_for_notices(site, len(people.acknowledged()), seconds=60)
    site.end(worker)
    arrived = delivered(site)
    waits = [arrived.get(each.reference, each.at + 999) - each.at for each in people.acknowledged()]
    table.row("enquiries, one a second", "> 0", len(waits), is_met=bool(waits))
    table.at_most("F4 staff told, 95 % within", percentile(waits, 0.95), 10.0)
    table.none("staff not told", [each.reference for each in people.acknowledged() if each.reference not in arrived])


def outage(table: Table, site: TrialSite, *, notices: int, turns: int) -> None:
    """The worker gets so many turns while the server is away."""
    before = len(delivered(site))
    site.run("-m", "bench.enquiries", str(notices), LOG_LEVEL="ERROR")
    site.mail.stop()
    for turn in range(turns):
        site.manage("work", "--once", LOG_LEVEL="CRITICAL", **clock_ahead(OUTAGE * turn / turns))
    worker = site.start_worker(**clock_ahead(OUTAGE))
    tried = len(delivered(site)) == before
    site.mail = Controller(site.inbox, hostname="127.0.0.1", port=site.mail.port)
    site.mail.start()
    took = wait_for_notices(site, before + notices, seconds=600)
    site.end(worker)
    arrived = len(delivered(site)) - before
    table.row("delivered while the server was away", "0", "0" if tried else "some", is_met=tried)
    table.row("delivered after six hours without a server", f"{notices:,}", f"{arrived:,}", is_met=arrived == notices)
    table.at_most(f"F4 backlog of {notices:,} delivered within", took, 300.0)


@contextmanager
def silent_server(port: int) -> Iterator[None]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", port), backlog=500):
        yield


def form_beside_silence(table: Table, site: TrialSite, *, rounds: int, seconds: float) -> None:
    """The form's p95 while the mail server is silent, over that while it answers, in turns because of other work."""
    port, ratios = site.mail.port, []
    for _ in range(rounds):
        p95 = []
        for is_silent in (False, True):
            people = Enquirers(site.port)
            worker = site.start_worker()
            if is_silent:
                site.mail.stop()
                with silent_server(port):
                    asyncio.run(at_rate(people.write, a_second=RATE, seconds=seconds))
                site.mail = Controller(site.inbox, hostname="127.0.0.1", port=port)
                site.mail.start()
            else:
                asyncio.run(at_rate(people.write, a_second=RATE, seconds=seconds))
            site.end(worker)
            p95.append(percentile([each.seconds for each in people.sent], 0.95))
        ratios.append(p95[1] / p95[0])
    ratio = median(ratios)
    table.row(
        "F3 form's p95 beside a silent mail server", "<= 1.10 times", f"{ratio:.2f}", is_met=ratio <= 1.1, is_time=True
    )


def trial(database: str, *, is_short: bool, seconds: float, notices: int, turns: int, rounds: int) -> Table:
    table = Table(f"F4 speed of notices, {database}", is_short)
    with trial_site(database, STAFF_EMAIL="duty@example.org", LEAD_EMAIL="lead@example.org") as site:
        steady(table, site, seconds=seconds)
        outage(table, site, notices=notices, turns=turns)
        form_beside_silence(table, site, rounds=rounds, seconds=seconds / 10)
    return table


def main(arguments: list[str] | None = None) -> int:
    if shutil.which("faketime") is None:
        print("No faketime here: install it (apt-get install faketime).")
        return 1
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"seconds": 300.0, "notices": 1000, "turns": 12, "rounds": 5},
        short={"seconds": 6.0, "notices": 20, "turns": 1, "rounds": 1},
    )


if __name__ == "__main__":
    sys.exit(main())
