"""What the fault runs share: a mail server that kills workers, real workers, and one database after the other."""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import django
from aiosmtpd.controller import Controller

from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import ROOT, free_port

ANSWER_AFTER_SECONDS = 0.2


class Sink:
    """A mail server that keeps the Message-IDs of each subject, and kills the sender of a mail when it is told to."""

    def __init__(self) -> None:
        self.message_ids: dict[str, list[str]] = defaultdict(list)
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


def on_databases(
    trial: Callable[..., int],
    *,
    module: str,
    purpose: str | None,
    arguments: list[str] | None,
    full: dict[str, float],
    short: dict[str, float],
) -> int:
    """Run `trial(port=..., log=..., **full)` on both databases, each in a process of its own. Returns the exit status.

    The command line chooses a database, the sizes in `short`, and any size by itself.
    """
    parser = argparse.ArgumentParser(description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--short", action="store_true", help="smaller, for every day")
    for name, value in full.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), help=f"{value} unless told")
    options = vars(parser.parse_args(arguments))
    sizes = dict(short if options["short"] else full)
    sizes |= {name: options[name] for name in full if options[name] is not None}
    if options["database"] == "both":
        given = [f"--{name.replace('_', '-')}={value}" for name, value in sizes.items()]
        return max(
            subprocess.run([sys.executable, "-m", module, f"--database={database}", *given], cwd=ROOT).returncode
            for database in ("sqlite", "postgres")
        )
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        port = free_port()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SECRET_KEY": "x" * 64,
            "FIELD_KEYS": f"test:{'A' * 43}=",
            "SITE_URL": "http://127.0.0.1:8000",
            "DEBUG": "off",
            "DATA_DIR": folder,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "DEFAULT_FROM_EMAIL": "office@example.org",
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
        }
        log = Path(folder) / "workers.log"
        if options["database"] == "sqlite":
            print("SQLite", flush=True)
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
            return _prepared(trial, port=port, log=log, **sizes)
        programs = postgresql_programs()
        if programs is None:
            print("No PostgreSQL here: install it (apt-get install postgresql).")
            return 1
        print("PostgreSQL", flush=True)
        with throwaway_postgresql(programs) as url:
            os.environ["DATABASE_URL"] = url
            return _prepared(trial, port=port, log=log, **sizes)


def _prepared(trial: Callable[..., int], **given) -> int:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    return trial(**given)
