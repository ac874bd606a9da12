"""Workers killed, mail server away: is any mail lost?

    python -m tests.faults.jobs [--database sqlite|postgres|both] [--kills 20] [--mails 240] [--short]

Two real workers send numbered mails to a real SMTP server that waits before it says "250". Meanwhile workers are ended
with SIGKILL and started again: half of the times in the very moment between the mail and the "250", otherwise at any
moment, during the outage too. For twelve seconds the server cannot be reached. A tenth as many mails more belong to
transactions that were rolled back and must never arrive. Ends with status 1 if a mail was lost, one that never was did
arrive, more mails were repeated than workers killed, or a repetition carries another Message-ID.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import django
from aiosmtpd.controller import Controller

from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import ROOT, free_port

WORKERS = 2
OUTAGE_SECONDS = 12
ANSWER_AFTER_SECONDS = 0.2
GIVE_UP_SECONDS = 300


class Sink:
    """Takes mails, and kills the worker that sent one while it waits for the answer when told to."""

    def __init__(self) -> None:
        self.message_ids: dict[str, list[str]] = defaultdict(list)
        self.workers: dict[int, subprocess.Popen] = {}
        self.kill_next_sender = threading.Event()
        self.lock = threading.Lock()
        self.aimed = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        sender = int(message.get_content())
        with self.lock:
            self.message_ids[message["Subject"]].append(message["Message-ID"])
            if self.kill_next_sender.is_set() and sender in self.workers:
                self.kill_next_sender.clear()
                self.workers[sender].kill()
                self.aimed += 1
        await asyncio.sleep(ANSWER_AFTER_SECONDS)
        return "250 kept"

    def listen(self, port: int) -> Controller:
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        return controller


def run(*, mails: int, kills: int, port: int, log: Path) -> int:
    """One trial on the database of the environment; returns the exit status."""
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from core import jobs
    from core.models import Job
    from tests.faults.mails.jobs import KIND

    call_command("migrate", interactive=False, verbosity=0)
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
            worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, stdout=output, stderr=output)
            with sink.lock:
                sink.workers[worker.pid] = worker

        def dead() -> list[int]:
            return [pid for pid, worker in sink.workers.items() if worker.poll() is not None]

        for _ in range(WORKERS):
            start()
        began = time.monotonic()
        killed = 0
        next_kill = began + 4
        outage_from = began + 8
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
            if not is_away and len(controllers) == 1 and now > outage_from:
                # Nobody is let in any more; who is being served, is served to the end.
                controllers[0].loop.call_soon_threadsafe(controllers[0].server.close)
                sink.kill_next_sender.clear()
                is_away = True
            if is_away and now > outage_from + OUTAGE_SECONDS:
                controllers.append(sink.listen(port))
                is_away = False
            if killed < kills and now > next_kill and not sink.kill_next_sender.is_set():
                untimely, half = killed - sink.aimed, kills - kills // 2
                if not is_away and (sink.aimed <= untimely or untimely >= half):
                    sink.kill_next_sender.set()
                elif untimely < half:
                    random.choice(list(sink.workers.values())).kill()
                next_kill = now + random.uniform(1.2, 2.0)
            if killed >= kills and not Job.objects.unfinished().exists():
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
    statuses = Counter(Job.objects.values_list("status", flat=True))
    print(
        f"  {len(expected)} mails due, {killed} kills ({sink.aimed} between mail and answer), "
        f"server away {OUTAGE_SECONDS} s, {took:.0f} s in all\n"
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


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--mails", type=int, default=240)
    parser.add_argument("--short", action="store_true", help="4 kills and 120 mails")
    options = parser.parse_args(arguments)
    if options.short:
        options.kills, options.mails = 4, 120
    if options.database == "both":
        command = [sys.executable, "-m", "tests.faults.jobs", f"--kills={options.kills}", f"--mails={options.mails}"]
        return max(
            subprocess.run([*command, f"--database={database}"], cwd=ROOT).returncode
            for database in ("sqlite", "postgres")
        )
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        port = free_port()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SECRET_KEY": "x" * 64,
            "SITE_URL": "http://127.0.0.1:8000",
            "DATA_DIR": folder,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "DEFAULT_FROM_EMAIL": "office@example.org",
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
        }
        trial = {"mails": options.mails, "kills": options.kills, "port": port, "log": Path(folder) / "workers.log"}
        if options.database == "sqlite":
            print("SQLite", flush=True)
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
            return run(**trial)
        programs = postgresql_programs()
        if programs is None:
            print("No PostgreSQL here: install it (apt-get install postgresql).")
            return 1
        print("PostgreSQL", flush=True)
        with throwaway_postgresql(programs) as url:
            os.environ["DATABASE_URL"] = url
            return run(**trial)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
