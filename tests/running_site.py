"""The real site for tests and benchmarks: web server, worker and mail server on loopback, a database of its own."""

from __future__ import annotations

import email
import email.policy
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parent.parent
# The same for all, because copies of one template open what it holds.
FIELD_KEY = "test:" + urlsafe_b64encode(bytes(32)).decode()
STAFF, STAFF_PASSWORD = "editor", "correct-horse-battery"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Inbox:
    """An SMTP server that keeps what it is given: `messages` is a list of `email.message.EmailMessage`."""

    def __init__(self) -> None:
        self.messages: list = []

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message.envelope_recipients = envelope.rcpt_tos
        message.arrived_at = time.time()
        self.messages.append(message)
        return "250 kept"


class RunningSite:
    """Start with `with RunningSite(folder) as site:`; `site.url`, `site.inbox.messages`, `site.manage(...)`."""

    #: What gunicorn serves.
    application = "config.wsgi"

    def __init__(
        self,
        folder: Path,
        *,
        demo: bool = False,
        worker: bool = False,
        processes: int = 2,
        threads: int = 2,
        database_url: str = "",
        template: Path | None = None,
        wrapper: Sequence[str] = (),
        **variables: str,
    ):
        self.folder, self.demo, self.with_worker = folder, demo, worker
        self.processes, self.threads, self.template = processes, threads, template
        # A command before the one of the web server, such as one that watches it.
        self.wrapper = wrapper
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.children: list[subprocess.Popen] = []
        self.inbox = Inbox()
        self.mail = Controller(self.inbox, hostname="127.0.0.1", port=free_port())
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": os.devnull,
            "SECRET_KEY": secrets.token_urlsafe(60),
            "FIELD_KEYS": FIELD_KEY,
            "DEBUG": "off",
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "",
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'db.sqlite3'}",
            "DATA_DIR": str(folder / "data"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "DEFAULT_FROM_EMAIL": "office@children-first.example",
            "STAFF_EMAIL": "duty@children-first.example",
            "LOG_LEVEL": "INFO",
            **variables,
        }

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = (self.folder / "site.log").open("ab")
        self.mail.start()
        try:
            if self.template:
                self.copy_template()
            else:
                self.prepare()
            self.before_start()
            self.start_web()
            if self.with_worker:
                self.start_worker()
        except BaseException:
            self.__exit__()
            raise
        return self

    def before_start(self) -> None:
        """What a trial does with the files that the server will find."""

    def prepare(self) -> None:
        """Make the database and the collected files, and the demonstration if it was asked for."""
        self.manage("migrate", "--no-input", "-v0")
        self.manage("collectstatic", "--no-input", "-v0")
        if self.demo:
            self.manage("load_demo", "--if-empty", DEMO_STAFF_PASSWORD=STAFF_PASSWORD)

    def copy_template(self) -> None:
        """Begin as a copy of the site that the first to ask for this template prepares; the others wait for it."""
        whole = self.template / ("demo" if self.demo else "empty")
        self.template.mkdir(parents=True, exist_ok=True)
        with (self.template / f"{whole.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                self.prepare()
                unfinished = whole.with_suffix(".unfinished")
                shutil.copytree(self.folder, unfinished, ignore=shutil.ignore_patterns("site.log"))
                unfinished.rename(whole)
                return
        shutil.copytree(whole, self.folder, dirs_exist_ok=True)

    def __exit__(self, *_: object) -> None:
        for child in list(self.children):
            self.end(child)
        self.mail.stop()
        self.log.close()

    def manage(self, *words: str, **variables: str) -> str:
        return self.run("manage.py", *words, **variables)

    def run(self, *words: str, **variables: str) -> str:
        """The output of Python with the environment of the site."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=900,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def start(self, *words: str, wrapper: Sequence[str] = (), **variables: str) -> subprocess.Popen:
        child = subprocess.Popen(
            [*wrapper, sys.executable, *words],
            cwd=ROOT,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.children.append(child)
        return child

    def start_worker(self, **variables: str) -> subprocess.Popen:
        return self.start("manage.py", "work", **variables)

    def start_web(self) -> subprocess.Popen:
        # As deployed, except that no process restarts in the middle of a measurement.
        web = self.start(
            "-m", "gunicorn", self.application, "--config", "deploy/gunicorn.conf.py",
            "--bind", f"127.0.0.1:{self.port}", "--workers", str(self.processes), "--threads", str(self.threads),
            "--max-requests", "0", "--log-level", "warning", wrapper=self.wrapper,
        )  # fmt: skip
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            if web.poll() is not None:
                raise RuntimeError(
                    f"the site ended at once; see {self.folder / 'site.log'}:\n{self.log_text()[-3000:]}"
                )
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/live", timeout=2):
                return web
            time.sleep(0.1)
        raise RuntimeError(f"the site did not answer within 40 s:\n{self.log_text()[-3000:]}")

    def web_processes(self) -> list[int]:
        """The numbers of the processes that answer requests; only Linux tells."""
        parent = self.children[0].pid
        return [int(number) for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    def log_text(self) -> str:
        return (self.folder / "site.log").read_text(errors="replace")

    def end(self, child: subprocess.Popen) -> None:
        """End one of our own children, with whatever it started."""
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(5)
        if child in self.children:
            self.children.remove(child)
