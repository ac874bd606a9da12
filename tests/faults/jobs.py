"""Workers killed, mail server away: is any mail lost?

    python -m tests.faults.jobs [--database sqlite|postgres|both] [--short]

Two real workers send numbered mails to a real SMTP server that waits before it says "250". Meanwhile workers are ended
with SIGKILL and started again: half of the times in the very moment between the mail and the "250", otherwise at any
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

from tests.faults.trial import Sink, on_databases, start_worker

WORKERS = 2
GIVE_UP_SECONDS = 300


def trial(*, mails: int, kills: int, outage_from: float, outage_seconds: float, port: int, log: Path) -> int:
    """One trial on the database of the environment; returns the exit status."""
    from django.db import transaction

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
        killed = 0
        next_kill = began + outage_from / 2
        away_from = began + outage_from
        is_away = False
        while time.monotonic() - began < GIVE_UP_SECONDS:
            now = time.monotonic()
            for pid in dead():
                with sink.lock:
                    worker = sink.workers.pop(pid)
                if worker.returncode != -signal.SIGKILL:
                    print(f"A worker ended by itself with status {worker.returncode}:\n{log.read_text()[-2000:]}")
                    return 1
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
    print(
        f"  {len(expected)} mails due, {killed} kills ({sink.aimed} between mail and answer), "
        f"server away {outage_seconds:.0f} s, {took:.0f} s in all\n"
        f"  lost {len(expected - arrived)}, rolled back yet sent {len(arrived - expected)}, repeated {repeats}, "
        f"repeated under another Message-ID {len(changed)}, jobs {dict(statuses)}",
        flush=True,
    )
    is_well = (
        arrived == expected
        and repeats <= killed
        and not changed
        and killed >= kills
        and statuses == {"done": len(expected)}
        and ended == [0] * WORKERS
    )
    print("  passed" if is_well else f"  FAILED (workers ended with {ended})", flush=True)
    return 0 if is_well else 1


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.jobs",
        purpose=__doc__,
        arguments=arguments,
        full={"mails": 240, "kills": 20, "outage_from": 8.0, "outage_seconds": 12.0},
        short={"mails": 40, "kills": 2, "outage_from": 3.0, "outage_seconds": 3.0},
    )


if __name__ == "__main__":
    sys.exit(main())
