"""PostgreSQL crashes while people write: is anything lost, and is everybody told the truth?

    python -m tests.faults.database [--short]

TRUST F5. While people send enquiries, PostgreSQL is stopped as in a crash (`immediate`) and started again, many times.
Until it is back everybody is told that nothing was stored, and whom to ring; then the same processes of the site serve
again without being started anew.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

from tests.faults.enquirer import Enquirers, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table

RATE = 15.0
UP_SECONDS, AWAY_SECONDS = 7.0, 1.0


async def write_and_crash(site: TrialSite, people: Enquirers, *, crashes: int) -> list[float]:
    """Returns the moments at which PostgreSQL was there again."""
    assert site.postgresql
    accepts: list[float] = []

    async def crash() -> None:
        for _ in range(crashes):
            await asyncio.sleep(UP_SECONDS)
            await asyncio.to_thread(site.postgresql.stop, signal.SIGQUIT)
            await asyncio.sleep(AWAY_SECONDS)
            await asyncio.to_thread(site.postgresql.start)
            accepts.append(time.time())

    seconds = crashes * (UP_SECONDS + AWAY_SECONDS) + UP_SECONDS
    await asyncio.gather(crash(), at_rate(people.write, a_second=RATE, seconds=seconds))
    return accepts


def trial(database: str, *, is_short: bool, crashes: int) -> Table:
    table = Table("F5 PostgreSQL crashes", is_short)
    with trial_site(database) as site:
        people = Enquirers(site.port)
        processes = site.all_web_processes()
        accepts = asyncio.run(write_and_crash(site, people, crashes=crashes))
        is_same = processes == site.web_processes()
        found = site.stored(people)
    kinds = people.kinds()
    back = max(min((each.at for each in people.acknowledged() if each.at > at), default=at + 60) - at for at in accepts)
    table.row("crashes", f">= {crashes}", len(accepts), is_met=len(accepts) >= crashes)
    table.row("acknowledged", "> 0", kinds["sent"], is_met=kinds["sent"] > 0)
    table.row(
        "told that nothing was stored, with numbers to ring",
        "> 0",
        kinds["unavailable"],
        is_met=kinds["unavailable"] > 0,
    )
    table.none("sent, and any other answer", sum(kinds.values()) - kinds["sent"] - kinds["unavailable"])
    table.none(
        "form neither shown nor refused with numbers to ring", sum(people.unopened.values()) - people.unopened["503"]
    )
    table.at_most("back after PostgreSQL accepts", back, 5.0)
    table.row("the same web processes serve", "yes", "yes" if is_same else "no", is_met=is_same)
    judge_stored(table, found)
    return table


def main(arguments: list[str] | None = None) -> int:
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"crashes": 10},
        short={"crashes": 2},
        databases=["postgresql"],
    )


if __name__ == "__main__":
    sys.exit(main())
