"""Web processes killed while people write: is any enquiry lost, halved or doubled?

    python -m tests.faults.web [--database sqlite|postgresql] [--short]

TRUST F1. People send enquiries to a real site at a steady rate. Every 1.2 s one of its processes, chosen at random, is
ended with SIGKILL. Whoever's connection breaks sends the same form until it is answered. Then some of them send once
more what was acknowledged, and must be told the same reference.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.enquirer import Enquirers, Form, Sent, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table

KILL_EVERY_SECONDS = 1.2


@dataclass
class Insistent(Enquirers):
    """Remembers each form with its text, to send it again."""

    forms: dict[str, tuple[Form, str, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    async def send(self, form: Form, message: str, address: str) -> Sent:
        sent = await super().send(form, message, address)
        self.forms[sent.digest] = form, message, address
        if sent.kind != "sent":
            self.broken.add(sent.digest)
        return sent


async def write_and_kill(site: TrialSite, people: Insistent, *, submissions: int, kills: int) -> int:
    """Returns the number of kills."""
    seconds = kills * KILL_EVERY_SECONDS
    killed = 0

    async def kill() -> None:
        nonlocal killed
        while killed < kills:
            await asyncio.sleep(KILL_EVERY_SECONDS)
            if processes := site.web_processes():
                with suppress(ProcessLookupError):
                    os.kill(random.choice(processes), signal.SIGKILL)
                    killed += 1

    killing = asyncio.create_task(kill())
    await at_rate(lambda: people.write(retries=True), a_second=submissions / seconds, seconds=seconds)
    await killing
    return killed


async def send_again(people: Insistent) -> list[str]:
    """Who was told another reference the second time, of all whose connection broke and some more: their digests."""
    first = {each.digest: each for each in people.acknowledged()}
    chosen = [*people.broken, *[digest for digest in first if digest not in people.broken][:50]]
    others = []
    for digest in chosen:
        told = await people.read_reference(first[digest])
        again = await people.send(*people.forms[digest])
        if not told or again.kind != "sent" or await people.read_reference(again) != told:
            others.append(digest)
    return others


def trial(database: str, *, is_short: bool, submissions: int, kills: int) -> Table:
    table = Table(f"F1 web processes killed, {database}", is_short)
    with trial_site(database) as site:
        people = Insistent(site.port)
        killed = asyncio.run(write_and_kill(site, people, submissions=submissions, kills=kills))
        acknowledged = {each.digest for each in people.acknowledged()}
        others = asyncio.run(send_again(people))
        found = site.stored(people)
    kinds = people.kinds()
    table.row("kills", f">= {kills}", killed, is_met=killed >= kills)
    table.row("acknowledged", f">= {submissions}", len(acknowledged), is_met=len(acknowledged) >= submissions)
    table.row("connections that broke while sending", "", kinds["broken"], is_met=None)
    judge_stored(table, found)
    table.none("same form, another reference", others)
    table.none("answers that were none of: stored, honest 503", kinds["error"] + kinds["refused"])
    return table


def main(arguments: list[str] | None = None) -> int:
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"submissions": 3000, "kills": 100},
        short={"submissions": 60, "kills": 6},
    )


if __name__ == "__main__":
    sys.exit(main())
