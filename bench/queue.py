"""Mails a second that one worker claims and sends, with 100, 10,000 and 100,000 waiting.

    python -m bench.queue [--database sqlite|postgres|both] [--mails 200]

Each mail goes through `run_next` to a real SMTP server on loopback, in a process of its own. Beside the mails that are
due, as many are not due yet, with a higher priority. The sizes are measured in turn, in several rounds, because other
work on the machine comes and goes. Ends with status 1 if the median rate at 100,000 is less than 0.8 of that at 100.
"""

import argparse
import logging
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

import django
from aiosmtpd.controller import Controller

from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import ROOT, free_port

SIZES = [100, 10_000, 100_000]
ROUNDS = 3
FLOOR = 0.8
KIND = "bench.mail"


class Sink:
    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        return "250 kept"


def listen(port: int, is_done: Any) -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    is_done.wait(900)
    controller.stop()


def measure(mails: int) -> int:
    """On the database of the environment; returns the exit status."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from core import jobs, mail
    from core.models import Job

    logging.disable(logging.INFO)
    call_command("migrate", interactive=False, verbosity=0)

    @jobs.job(KIND)
    def send(object_id: str, *, job: Job) -> None:
        mail.send(job=job, subject=f"Mail {object_id}", body="Words.\n", to="sink@example.org")

    def fill(number: int) -> None:
        now = timezone.now()
        for due_at, priority in ((now - timedelta(hours=1), 0), (now + timedelta(days=1), 5)):
            Job.objects.bulk_create(
                (Job(kind=KIND, object_id=str(n), due_at=due_at, priority=priority) for n in range(number)),
                batch_size=5_000,
            )

    rates: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        # Without making an object of each row first.
        Job.objects.all()._raw_delete("default")
        waiting = 0
        for size in SIZES:
            # What the mails of the smaller size took away is filled up.
            fill(size - waiting)
            with connection.cursor() as cursor:
                # PostgreSQL does so by itself a minute after such a change.
                cursor.execute("ANALYZE")
            assert jobs.run_next()
            share, took = min(mails // ROUNDS, size // 2), 0.0
            began = time.perf_counter()
            for _ in range(share):
                assert jobs.run_next()
            took = time.perf_counter() - began
            rates[size].append(share / took)
            waiting = size - share - 1
    mail.close()
    assert not Job.objects.filter(kind=KIND).exclude(error="").exists()
    median = {size: statistics.median(found) for size, found in rates.items()}
    for size in SIZES:
        ratio = median[size] / median[SIZES[0]]
        print(f"  {size:>7,} waiting: {median[size]:6.0f} mails a second, {ratio:.2f} of the first")
    is_met = median[SIZES[-1]] >= FLOOR * median[SIZES[0]]
    print(f"  at least {FLOOR}: {'met' if is_met else 'MISSED'}", flush=True)
    return 0 if is_met else 1


def await_port(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The mail server did not start.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--mails", type=int, default=200, help="sent at each size, in all rounds together")
    options = parser.parse_args()
    if options.database == "both":
        command = [sys.executable, "-m", "bench.queue", f"--mails={options.mails}"]
        return max(
            subprocess.run([*command, f"--database={database}"], cwd=ROOT).returncode
            for database in ("sqlite", "postgres")
        )
    port, context = free_port(), multiprocessing.get_context("spawn")
    is_done = context.Event()
    sink = context.Process(target=listen, args=(port, is_done), daemon=True)
    sink.start()
    try:
        await_port(port)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "SECRET_KEY": "x" * 64,
                "SITE_URL": "http://127.0.0.1:8000",
                "DEBUG": "off",
                "DATA_DIR": folder,
                "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
                "EMAIL_URL": f"smtp://127.0.0.1:{port}",
                "DEFAULT_FROM_EMAIL": "office@example.org",
            }
            if options.database == "sqlite":
                print("SQLite", flush=True)
                return measure(options.mails)
            programs = postgresql_programs()
            if programs is None:
                print("No PostgreSQL here: install it (apt-get install postgresql).")
                return 1
            print("PostgreSQL", flush=True)
            with throwaway_postgresql(programs) as url:
                os.environ["DATABASE_URL"] = url
                return measure(options.mails)
    finally:
        is_done.set()
        sink.join(10)


if __name__ == "__main__":
    sys.exit(main())
