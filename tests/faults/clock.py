"""A worker's clock is ten years ahead: does anything stay behind when it is right again?

    python -m tests.faults.clock [--database sqlite|postgresql] [--short]

TRUST F8. Mails wait. A real worker whose clock is ten years ahead (faketime) tries them in vain: no mail server is up.
Another one is killed in the middle of a mail. Somebody tries a mail again in the admin, and a site whose clock is ahead
as well asks for one more. A worker whose clock is ten years behind must change nothing. Then a worker with the right
clock starts. Ends with status 1 if a mail is lost, given up or sent twice without need, if a mail for a far day is sent
or moved, if periodic work waits for years, or if /health/ready says "ok" too early.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.faults.table import Table
from tests.faults.trial import Sink, clock_ahead, on_databases, running_worker

AHEAD = timedelta(days=3652)
SETTLED_WITHIN_SECONDS = 40


def trial(database: str, *, is_short: bool, port: int, log: Path, mails: int) -> Table:
    """One trial on the database of the environment."""
    from django.db.models import F
    from django.test import RequestFactory
    from django.utils import timezone

    from core import jobs
    from core.health import ready
    from core.job_transitions import TRANSITIONS
    from core.models import Job
    from tests.faults.mails.jobs import KIND

    faults: list[str] = []

    def expect(is_so: bool, otherwise: str) -> None:
        if not is_so:
            faults.append(otherwise)

    def health() -> dict:
        return json.loads(ready(RequestFactory().get("/health/ready")).content)

    far_day = timezone.now() + timedelta(days=20 * 365)
    on_a_far_day = jobs.enqueue(kind=KIND, object_id=9999, due_at=far_day)
    for number in range(mails):
        jobs.enqueue(kind=KIND, object_id=number)
    # In its third day of trying.
    Job.objects.filter(object_id="0").update(attempts=9, first_tried_at=timezone.now() - timedelta(hours=50))
    sent = Job.objects.filter(kind=KIND).exclude(pk=on_a_far_day.pk)
    expect(health()["clock"] == "ok", "the health page told of a jump before there was one")

    def in_the_future() -> bool:
        return sent.filter(due_at__gt=timezone.now() + AHEAD / 2).count() == mails

    def times() -> list[tuple]:
        rows = Job.objects.filter(kind=KIND).order_by("pk")
        return list(rows.values_list("pk", "due_at", "leased_until", "created_at"))

    ahead = clock_ahead(AHEAD)
    with log.open("wb") as output:
        # Nobody listens yet.
        with running_worker(output, **ahead):
            expect(wait_for(in_the_future), "the worker whose clock is ahead has not tried every mail")
        sink = Sink()
        controller = sink.listen(port)
        try:
            taken = jobs.enqueue(kind=KIND, object_id=mails, priority=9)
            sink.kill_next_sender.set()
            with running_worker(output, **ahead) as worker:
                sink.workers[worker.pid] = worker
                expect(wait_for(lambda: worker.poll() is not None), "the worker was not killed with a mail in hand")
            taken.refresh_from_db()
            expect(taken.status == Job.Status.RUNNING, "the killed worker has given its mail back")
            # While the clock is ahead, somebody tries a mail again in the admin, ...
            TRANSITIONS["retry"].apply(Job.objects.filter(kind=KIND, object_id="1"), at=timezone.now() + AHEAD)
            # ... and a request on the same machine asks for one more.
            late = jobs.enqueue(kind=KIND, object_id=mails + 1)
            Job.objects.filter(pk=late.pk).update(created_at=F("created_at") + AHEAD, due_at=F("due_at") + AHEAD)
            report = health()
            expect(report["status"] == "degraded" and report["clock"] == "jumped", f"the health page says {report}")

            before = times()
            with running_worker(output, **clock_ahead(-AHEAD)):
                notice = Job.objects.dead().filter(error="ClockBehind")
                expect(wait_for(notice.exists), "the worker whose clock is behind does not say so")
            after = times()
            expect(before == after, "the worker whose clock is behind changed times")

            with running_worker(output) as worker:
                done = wait_for(lambda: not sent.unfinished().exists())
                worker.terminate()
                expect(worker.wait(20) == 0, "the worker did not end as told")
        finally:
            controller.stop()

    expected = {f"Mail {number}" for number in range(mails + 2)}
    repeats = {subject: ids for subject, ids in sink.message_ids.items() if len(ids) > 1}
    expect(done, f"left behind: {[str(job) for job in sent.unfinished()]}")
    expect(not sent.dead().exists(), f"given up: {[str(job) for job in sent.dead()]}")
    expect(set(sink.message_ids) == expected, f"lost or too much: {sorted(expected ^ set(sink.message_ids))}")
    expect(set(repeats) <= {f"Mail {mails}"}, f"sent twice without need: {sorted(repeats)}")
    expect(all(len(set(ids)) == 1 for ids in repeats.values()), "repeated under another Message-ID")
    on_a_far_day.refresh_from_db()
    expect((on_a_far_day.status, on_a_far_day.due_at) == ("queued", far_day), "the mail for a far day was touched")
    stuck = Job.objects.filter(object_id="", due_at__gt=timezone.now() + timedelta(days=2))
    expect(Job.objects.filter(object_id="").exists() and not stuck.exists(), f"periodic work waits for years: {stuck}")
    expect(health()["clock"] == "jumped", "the health page forgot the jump before anybody had seen it")
    TRANSITIONS["discard"].apply(Job.objects.dead(), at=timezone.now())
    expect(health()["status"] == "ok", f"the health page does not end with ok: {health()}")

    table = Table(f"F8 clock ten years ahead, {database}", is_short)
    table.row("mails that arrived", str(mails + 2), len(sink.message_ids), is_met=set(sink.message_ids) == expected)
    table.row("sent twice, as its worker was killed", "<= 1", len(repeats), is_met=len(repeats) <= 1)
    table.none("faults", faults)
    return table


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + SETTLED_WITHIN_SECONDS
    while not (is_so := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return is_so


def main(arguments: list[str] | None = None) -> int:
    if shutil.which("faketime") is None:
        print("No faketime here: install it (apt-get install faketime).")
        return 1
    return on_databases(
        trial, module="tests.faults.clock", purpose=__doc__, arguments=arguments, full={"mails": 30}, short={"mails": 5}
    )


if __name__ == "__main__":
    sys.exit(main())
