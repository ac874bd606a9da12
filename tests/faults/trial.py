"""What fault runs of the queue share: a mail server that kills workers, real workers, both databases."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

import django
from aiosmtpd.controller import Controller

from tests.faults.sites import DATABASES, TEMPLATE, prepared_postgresql, reachable_folder, sizes_from
from tests.faults.table import Table
from tests.running_site import ROOT, RunningSite, free_port

ANSWER_AFTER_SECONDS = 0.2


class Sink:
    """A mail server that keeps the Message-IDs of each subject, and kills the sender of a mail when it is told to."""

    def __init__(self) -> None:
        self.message_ids: dict[str, list[str]] = defaultdict(list)
        #: When each of them arrived, of time.monotonic().
        self.arrived_at: dict[str, list[float]] = defaultdict(list)
        self.workers: dict[int, subprocess.Popen] = {}
        self.kill_next_sender = threading.Event()
        self.is_away = False
        self.lock = threading.Lock()
        self.aimed = 0

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if self.is_away:
            return "421 away"
        envelope.mail_from = address
        return "250 ok"

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        sender = int(message.get_content())
        with self.lock:
            self.message_ids[message["Subject"]].append(message["Message-ID"])
            self.arrived_at[message["Subject"]].append(time.monotonic())
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


def start_worker(output: IO[bytes], **variables: str) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "work"]
    return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=os.environ | variables)


@contextmanager
def running_worker(output: IO[bytes], **variables: str) -> Iterator[subprocess.Popen]:
    worker = start_worker(output, **variables)
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(8)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def clock_ahead(by: timedelta) -> dict[str, str]:
    """Return the variables with which the faketime command sets the clock of one process ahead, or behind."""
    command = ["faketime", "-f", f"{by.total_seconds():+.0f}", "env"]
    output = subprocess.run(command, capture_output=True, text=True, check=True)
    variables = dict(line.split("=", 1) for line in output.stdout.splitlines() if "=" in line)
    return {name: variables[name] for name in ("LD_PRELOAD", "FAKETIME")}


def on_databases(
    trial: Callable[..., Table],
    *,
    module: str,
    purpose: str | None,
    arguments: list[str] | None,
    full: dict[str, float],
    short: dict[str, float],
) -> int:
    """Print the table of `trial(database, is_short=..., port=..., log=..., **full)` on both databases.

    Each runs in a process of its own, where Django is set up with `tests.faults.settings`. Returns the exit status. The
    command line chooses a database, the sizes in `short`, and any size by itself.
    """
    options, sizes = sizes_from(arguments, purpose=purpose, full=full, short=short, databases=DATABASES)
    if not options["database"]:
        given = [f"--{name.replace('_', '-')}={value}" for name, value in sizes.items()]
        given += ["--short"] if options["short"] else []
        return max(
            subprocess.run([sys.executable, "-m", module, f"--database={database}", *given], cwd=ROOT).returncode
            for database in DATABASES
        )
    database, port = options["database"], free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(reachable_folder()))
        template = Path(os.environ.get(TEMPLATE) or folder) / database
        url = f"sqlite:///{folder}/site/db.sqlite3"
        if database == "postgresql":
            url = stack.enter_context(prepared_postgresql(template)).url
        else:
            (folder / "site").mkdir()
            RunningSite(folder / "site", template=template).copy_template()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SECRET_KEY": "x" * 64,
            "FIELD_KEYS": f"test:{'A' * 43}=",
            "SITE_URL": "http://127.0.0.1:8000",
            "DEBUG": "off",
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "DEFAULT_FROM_EMAIL": "office@example.org",
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
        }
        django.setup()
        table = trial(database, is_short=options["short"], port=port, log=folder / "workers.log", **sizes)
        table.show()
        if not table.is_met and (folder / "workers.log").exists():
            print((folder / "workers.log").read_text(errors="replace")[-2000:])
        return 0 if table.is_met else 1
