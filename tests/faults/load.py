"""Many people write at once: is every enquiry kept, and does everybody get an answer in time?

    python -m tests.faults.load [--database sqlite|postgresql] [--short]

TRUST L1, L2 and L3. Three times, one after the other, on a site as it is deployed, with its worker: twenty people a
second; then the steady rate of L1 for ten minutes, while others read an article fifty times a second; then 200 people
at once for a minute. Nobody waits for anybody else to begin. Each opens the form, takes his time and sends it, so that
the site answers twice for each enquiry. At the end every row is decrypted and compared with what its sender was told.
Takes 25 minutes for both databases.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.faults.enquirer import Broken, Enquirers, ask, at_once, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table, percentile

#: People a second of L1.
RATES = {"sqlite": 25.0, "postgresql": 40.0}
ORDINARY_RATE = 20.0
READERS_A_SECOND = 50.0
HONEST = {"sent", "busy", "unavailable"}


@dataclass
class Readers:
    """People who read one article."""

    site: TrialSite
    path: str
    seconds: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    async def read(self) -> None:
        try:
            answer = await ask(self.site.port, self.path, Accept_Encoding="identity")
        except Broken as error:
            self.failed[str(error)] += 1
            return
        self.seconds.append(answer.seconds)
        if answer.status != 200:
            self.failed[str(answer.status)] += 1


def run(doing: Coroutine[Any, Any, Any]) -> float:
    """Returns the seconds it took."""
    began = time.monotonic()
    asyncio.run(doing)
    return time.monotonic() - began


def ordinary(table: Table, site: TrialSite, *, seconds: float) -> Enquirers:
    people = Enquirers(site.port)
    run(at_rate(people.write, a_second=ORDINARY_RATE, seconds=seconds))
    table.at_most("20 people a second: form shown, p95", percentile(people.opened, 0.95), 0.3)
    table.at_most("20 people a second: form sent, p95", percentile([each.seconds for each in people.sent], 0.95), 0.3)
    return people


def steady(table: Table, site: TrialSite, *, rate: float, minutes: float, article: str) -> Enquirers:
    people, readers = Enquirers(site.port), Readers(site, article)

    async def both() -> None:
        await asyncio.gather(
            at_rate(people.write, a_second=rate, seconds=minutes * 60),
            at_rate(readers.read, a_second=READERS_A_SECOND, seconds=minutes * 60),
        )

    run(both())
    kinds, due = people.kinds(), round(rate * minutes * 60)
    table.row(f"L1 sent at {rate:.0f} a second", f"{due:,}", f"{kinds['sent']:,}", is_met=kinds["sent"] == due)
    table.none("L1 form not shown", sum(people.unopened.values()))
    table.none("L1 any other answer", sum(kinds.values()) - kinds["sent"])
    for part, longest in ((0.95, 0.5), (0.99, 2.0)):
        found = percentile([each.seconds for each in people.sent], part)
        table.at_most(f"L1 form sent, p{part * 100:.0f}", found, longest)
    table.at_most("L1 form shown, p95", percentile(people.opened, 0.95), 0.5)
    table.at_most("L3 article read beside, p95", percentile(readers.seconds, 0.95), 0.3)
    table.none("L3 article not read", sum(readers.failed.values()))
    return people


def burst(table: Table, site: TrialSite, *, people_at_once: int, seconds: float) -> Enquirers:
    people = Enquirers(site.port)
    end = time.monotonic() + seconds
    run(at_once(people.write, people=people_at_once, until=lambda: time.monotonic() > end))
    back = run(_healthy(site))
    kinds = people.kinds()
    told = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
    table.row(f"L2 {people_at_once} people at once", "sent, busy, 503", told or "none", is_met=set(kinds) <= HONEST)
    unopened = sum(number for why, number in people.unopened.items() if why not in {"429", "503"})
    table.none("L2 form neither shown nor refused with 429 or 503", unopened)
    table.at_most("L2 health is back within", back, 5.0)
    return people


async def _healthy(site: TrialSite) -> None:
    while True:
        try:
            answer = await ask(site.port, "/health/ready")
            if answer.status == 200 and answer.seconds < 1:
                return
        except Broken:
            pass
        await asyncio.sleep(0.1)


def trial(database: str, *, is_short: bool, rate: float, minutes: float, people: int, burst_seconds: float) -> Table:
    table = Table(f"L1 L2 L3 load, {database}", is_short)
    with trial_site(database, demo=True, worker=True) as site:
        query = "from publishing.models import Edition; print(Edition.objects.filter(section='news')[0].path)"
        article = site.run("-c", f"import django; django.setup(); {query}", LOG_LEVEL="ERROR").strip()
        everybody = Enquirers(site.port)
        for part in (
            ordinary(table, site, seconds=minutes * 6),
            steady(table, site, rate=rate or RATES[database], minutes=minutes, article=article),
            burst(table, site, people_at_once=people, seconds=burst_seconds),
        ):
            everybody.sent += part.sent
        judge_stored(table, site.stored(everybody))
    return table


def main(arguments: list[str] | None = None) -> int:
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"rate": 0.0, "minutes": 10.0, "people": 200, "burst_seconds": 60.0},
        short={"rate": 5.0, "minutes": 0.1, "people": 20, "burst_seconds": 3.0},
    )


if __name__ == "__main__":
    sys.exit(main())
