"""A PostgreSQL server of our own, for tests, fault runs and measurements."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from tests.running_site import free_port

NONE_HERE = "no PostgreSQL: install it (apt-get install postgresql)"


def postgresql_programs() -> Path | None:
    """The folder that holds initdb and postgres: the newest that Debian keeps off PATH, or the one on PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None
    )


class PostgreSQL:
    """One server of our own in `folder`, which must exist and be reachable for the account "nobody"."""

    def __init__(
        self, folder: Path, programs: Path | None = None, *, is_durable: bool = False, wrapper: Sequence[str] = ()
    ):
        self.folder, self.wrapper = folder, wrapper
        self.programs = programs or postgresql_programs() or sys.exit(NONE_HERE)
        self.port = free_port()
        # PostgreSQL refuses to run as root.
        self.account: Any = {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_root() else {}
        self.options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        if not is_durable:
            self.options |= {"fsync": "off", "full_page_writes": "off"}

    @property
    def url(self) -> str:
        """Its DATABASE_URL."""
        return f"postgres://tests:{(self.folder / 'password').read_text()}@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(secrets.token_urlsafe(16))
        if self.account:
            for path in (self.folder, password_file):
                shutil.chown(path, self.account["user"], self.account["group"])
        initdb = [self.programs / "initdb", "-D", self.folder / "data", "-U", "tests", "-E", "UTF8"]
        subprocess.run(
            [*initdb, "--no-locale", "--no-sync", "--auth=scram-sha-256", f"--pwfile={password_file}"],
            check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **self.account,
        )  # fmt: skip

    def start(self) -> None:
        """Return once it takes connections."""
        flags = [word for name, value in self.options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.programs / "postgres", "-D", self.folder / "data", *flags],
                cwd=self.folder, stdout=log, stderr=log, **self.account,
            )  # fmt: skip
        await_answer(self.url, self.process, self.folder / "log")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is "fast" and ends sessions that a killed test left open; SIGQUIT is "immediate", as in a crash."""
        if self.process.poll() is None:
            # Its process is another where a wrapper runs it.
            os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), how)
            self.process.wait(30)


@contextmanager
def throwaway_postgresql(programs: Path | None = None) -> Iterator[str]:
    """A PostgreSQL of our own in a temporary folder, for as long as the block runs; yields its DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = PostgreSQL(Path(folder), programs)
        server.make()
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def await_answer(address: str, server: subprocess.Popen, log: Path) -> None:
    """Return once it takes connections; its port is open some time before that."""
    latest = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < latest:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(address).close()
            return
        time.sleep(0.1)
    sys.exit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
