"""Is what was deleted gone for good, and is nothing deleted that should stay?

    python -m tests.faults.deletion [--database sqlite|postgres|both] [--short]

A purge is killed (SIGKILL) in its middle and started again. A real worker has a clock ten years ahead (faketime). Then
people are erased, a backup from before it is restored, and a real worker starts. Prints one table and ends with status
1 if an enquiry is half deleted, if one goes whose time is not over, or if an erased one is there after the restore.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.faults.clock import AHEAD, clock_ahead, wait_for
from tests.faults.table import Table
from tests.faults.trial import on_databases, running_worker
from tests.running_site import ROOT

DAY = timedelta(days=1)


def trial(database: str, *, is_short: bool, port: int, log: Path, enquiries: int) -> Table:
    """One trial on the database of the environment."""
    from django.core.management import CommandError, call_command
    from django.utils import timezone

    from core import jobs
    from core.models import Job
    from enquiries import tombstones
    from enquiries.models import Enquiry, EnquiryEvent, PurgeRun, Tombstone
    from enquiries.services import erase_enquiry, reapply_tombstones
    from tests.factories import make_enquiry, make_staff

    table = Table(f"deletion, {database}", is_short=is_short)
    now = timezone.now()

    def expect(what: str, target: str, measured: object, is_so: bool) -> None:
        table.row(what, target, measured, is_met=is_so)

    # A purge that is killed in its middle.
    closed = {"state": "closed", "closed_at": now - 100 * DAY}
    due = {make_enquiry(message=f"Number {n}", at=now - 200 * DAY, columns=closed).pk for n in range(enquiries)}
    recent = {"state": "closed", "closed_at": now}
    kept = {make_enquiry(message=f"Kept {n}", columns=recent).pk for n in range(enquiries // 4)}
    with log.open("ab") as output:
        kills = 0
        while Enquiry.objects.filter(pk__in=due).exists() and kills < 5:
            before = Enquiry.objects.count()
            purge = subprocess.Popen(
                [sys.executable, "manage.py", "purge_enquiries", "--confirm"], cwd=ROOT, stdout=output
            )
            while purge.poll() is None and Enquiry.objects.count() > before - enquiries // 8:
                time.sleep(0.01)
            kills += purge.poll() is None
            purge.kill()
            purge.wait()
    gone = due - set(Enquiry.objects.values_list("pk", flat=True))
    marked = set(Tombstone.objects.values_list("pk", flat=True))
    told = set(EnquiryEvent.objects.filter(kind="purged").values_list("enquiry_id", flat=True))
    left = set(Job.objects.filter(kind__startswith="enquiries.").values_list("object_id", flat=True))
    assert left, "no enquiry had a mail"
    halves = (gone ^ marked) | (gone ^ told) | {name for name in left if name.partition(":")[0] in gone}
    expect(f"purge killed {kills} times, half deleted", "0", len(halves), kills > 0 and not halves)
    call_command("purge_enquiries", confirm=True, stdout=log.open("a"))
    reapply_tombstones()
    lines = {line.reference for line in tombstones.read()}
    expect("lines missing in tombstones.log", "0", len(due - lines), not due - lines)
    expect("deleted before their time", "0", len(kept) - Enquiry.objects.count(), Enquiry.objects.count() == len(kept))

    # A clock that is ten years ahead.
    stays = Enquiry.objects.count()
    Job.objects.all().delete()
    with log.open("ab") as output, running_worker(output, **clock_ahead(AHEAD)):
        time.sleep(8)
    expect("deleted by a clock 10 years ahead", "0", stays - Enquiry.objects.count(), Enquiry.objects.count() == stays)
    try:
        refused = ""
        call_command("purge_enquiries")
    except CommandError as error:
        refused = str(error).partition(":")[0]
    expect("purge while its notice stands", "refuses", refused or "deletes", bool(refused))
    Job.objects.all().delete()
    PurgeRun.objects.filter(at__gt=timezone.now() + DAY).delete()

    # Erased people, and a backup from before.
    lead = make_staff()
    erased = {make_enquiry(message="CANARY", email="ama@example.org").pk for _number in range(enquiries // 4)}
    restore = back_up(log.parent)
    began = time.monotonic()
    for reference in erased:
        erase_enquiry(reference=reference, by=lead)
    took = (time.monotonic() - began) / len(erased)
    expect("one erasure", "<= 60 s", f"{took:.2f} s", took <= 60)
    restore()
    back = Enquiry.objects.filter(pk__in=erased)
    expect("back after the restore (control)", f"{len(erased)}", back.count(), back.count() == len(erased))
    jobs.repair_queue(now=timezone.now())
    with log.open("ab") as output, running_worker(output):
        began = time.monotonic()
        is_gone = wait_for(lambda: not back.exists())
    expect("gone again once a worker runs", "all", f"{time.monotonic() - began:.0f} s", is_gone)
    expect("others after it", f"{stays}", Enquiry.objects.count(), Enquiry.objects.count() == stays)

    return table


def back_up(folder: Path) -> Callable[[], None]:
    """Back up the database as docs/operators.md says; the function that is returned restores it."""
    from django.db import connection

    if connection.vendor == "sqlite":
        name, copy = Path(connection.settings_dict["NAME"]), folder / "backup.sqlite3"
        with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)

        def restore() -> None:
            connection.close()
            for suffix in ("-wal", "-shm"):
                name.with_name(name.name + suffix).unlink(missing_ok=True)
            shutil.copy(copy, name)

        return restore
    url, dump = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), folder / "backup.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", url], check=True)

    def restore_dump() -> None:
        connection.close()
        command = ["pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={url}", str(dump)]
        subprocess.run(command, check=True)

    return restore_dump


def main(arguments: list[str] | None = None) -> int:
    missing = [name for name in ("faketime", "pg_dump", "pg_restore") if shutil.which(name) is None]
    if missing:
        print(f"Not here: {', '.join(missing)} (apt-get install faketime postgresql-client).")
        return 1
    # So that each enquiry has mails that must go with it.
    os.environ |= {"STAFF_EMAIL": "duty@example.org", "LEAD_EMAIL": "lead@example.org"}
    return on_databases(
        trial,
        module="tests.faults.deletion",
        purpose=__doc__,
        arguments=arguments,
        full={"enquiries": 400},
        short={"enquiries": 80},
    )


if __name__ == "__main__":
    sys.exit(main())
