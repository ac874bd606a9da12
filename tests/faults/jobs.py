"""Workers killed, mail server away: is any mail lost?

    python -m tests.faults.jobs [--database sqlite|postgresql] [--short]

TRUST F2. Two real workers send numbered mails to a real SMTP server that waits before it says "250". Meanwhile they are
ended with SIGKILL and started again: half of the times in the very moment between mail and "250", otherwise at any
moment, during the outage too. For some seconds the server cannot be reached. A tenth as many mails more belong to
transactions that were rolled back and must never arrive. Ends with status 1 if a mail was lost, one that never was did
arrive, more mails were repeated than workers killed, or a repetition carries another Message-ID.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.table import Table
from tests.faults.trial import Sink, on_databases, start_worker

WORKERS = 2
GIVE_UP_SECONDS = 900
#: A dead worker's mail is sent again within so long (TRUST F2). Here the lease is shorter than in production.
RECLAIMED_SECONDS = 120


def trial(
    database: str,
    *,
    is_short: bool,
    mails: int,
    kills: int,
    outage_from: float,
    outage_seconds: float,
    port: int,
    log: Path,
) -> Table:
    """One trial on the database of the environment."""
    from django.conf import settings
    from django.db import transaction

    from config.settings import JOBS_LEASE_SECONDS
    from core import jobs
    from core.models import Job
    from tests.faults.mails.jobs import KIND

    sink = Sink()
    controllers = [sink.listen(port)]
    expected = set()
    for number in range(mails + mails // 10):
        is_rolled_back = number % 11 == 10
        with transaction.atomic():
            jobs.enqueue(kind=KIND, object_id=number)
            transaction.set_rollback(is_rolled_back)
        if not is_rolled_back:
            expected.add(f"Mail {number}")

    with log.open("wb") as output:

        def start() -> None:
            worker = start_worker(output)
            with sink.lock:
                sink.workers[worker.pid] = worker

        def dead() -> list[int]:
            return [pid for pid, worker in sink.workers.items() if worker.poll() is not None]

        for _ in range(WORKERS):
            start()
        began = time.monotonic()
        killed, ended_alone = 0, []
        next_kill = began + outage_from / 2
        away_from = began + outage_from
        is_away = False
        while time.monotonic() - began < GIVE_UP_SECONDS:
            now = time.monotonic()
            for pid in dead():
                with sink.lock:
                    worker = sink.workers.pop(pid)
                if worker.returncode != -signal.SIGKILL:
                    ended_alone.append(worker.returncode)
                killed += 1
                start()
            if not is_away and len(controllers) == 1 and now > away_from:
                # Nobody is let in any more; who is being served, is served to the end.
                sink.is_away = True
                controllers[0].loop.call_soon_threadsafe(controllers[0].server.close)
                sink.kill_next_sender.clear()
                is_away = True
            if is_away and now > away_from + outage_seconds:
                sink.is_away = False
                controllers.append(sink.listen(port))
                is_away = False
            if killed < kills and now > next_kill and not sink.kill_next_sender.is_set():
                untimely, half = killed - sink.aimed, kills - kills // 2
                if not is_away and (sink.aimed <= untimely or untimely >= half):
                    sink.kill_next_sender.set()
                elif untimely < half:
                    random.choice(list(sink.workers.values())).kill()
                next_kill = now + random.uniform(1.2, 2.0)
            if killed >= kills and not Job.objects.filter(kind=KIND).unfinished().exists():
                break
            time.sleep(0.05)
        took = time.monotonic() - began
        for worker in sink.workers.values():
            worker.terminate()
        ended = [worker.wait(20) for worker in sink.workers.values()]
    for controller in controllers:
        controller.stop()

    arrived = set(sink.message_ids)
    repeats = sum(len(ids) - 1 for ids in sink.message_ids.values())
    changed = [subject for subject, ids in sink.message_ids.items() if len(set(ids)) > 1]
    statuses = Counter(Job.objects.filter(kind=KIND).values_list("status", flat=True))
    # From the kill to the other worker's turn, of those that no outage held up.
    after = began + outage_from + outage_seconds
    waits = [times[1] - times[0] for times in sink.arrived_at.values() if len(times) > 1 and times[0] > after]
    longest = max(waits, default=0.0)
    in_production = JOBS_LEASE_SECONDS + max(0.0, longest - settings.JOBS_LEASE_SECONDS)

    table = Table(f"F2 mail workers killed, {database}", is_short)
    table.row("kills", f">= {kills}", f"{killed}, {sink.aimed} before the 250", is_met=killed >= kills)
    table.row("mails due", "", f"{len(expected):,} in {took:.0f} s", is_met=None)
    table.none("lost", expected - arrived)
    table.none("rolled back, yet sent", arrived - expected)
    table.row("repeated", f"<= {killed}", repeats, is_met=repeats <= killed)
    table.none("repeated under another Message-ID", changed)
    if waits:
        table.row(
            "sent again, with the lease of production",
            f"<= {RECLAIMED_SECONDS} s",
            f"{in_production:.0f} s",
            is_met=in_production <= RECLAIMED_SECONDS,
            is_time=True,
        )
    is_settled = statuses == {"done": len(expected)}
    table.row("jobs at the end", "all done", dict(statuses), is_met=is_settled)
    is_calm = not ended_alone and ended == [0] * WORKERS
    table.row("workers end only when told", "yes", "yes" if is_calm else f"{ended_alone} {ended}", is_met=is_calm)
    return table


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.jobs",
        purpose=__doc__,
        arguments=arguments,
        full={"mails": 1000, "kills": 100, "outage_from": 8.0, "outage_seconds": 12.0},
        short={"mails": 40, "kills": 2, "outage_from": 3.0, "outage_seconds": 3.0},
    )


if __name__ == "__main__":
    sys.exit(main())
