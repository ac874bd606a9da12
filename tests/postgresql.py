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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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


@contextmanager
def throwaway_postgresql(programs: Path | None = None) -> Iterator[str]:
    """A PostgreSQL of our own in a temporary folder, for as long as the block runs; yields its DATABASE_URL."""
    programs = programs or postgresql_programs() or sys.exit(NONE_HERE)
    # PostgreSQL refuses to run as root.
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_root() else {}
    password, port = secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        data, password_file = Path(folder) / "data", Path(folder) / "password"
        password_file.write_text(password)
        if account:
            for path in (folder, password_file):
                shutil.chown(path, account["user"], account["group"])
        initdb = [programs / "initdb", "-D", data, "-U", "tests", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [*initdb, "--auth=scram-sha-256", f"--pwfile={password_file}"],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, **account,
        )  # fmt: skip
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        options["full_page_writes"] = "off"
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *flags], cwd=folder, stdout=log, stderr=log, **account
            )
            try:
                address = f"postgres://tests:{password}@127.0.0.1:{port}/postgres"
                await_answer(address, server, Path(folder) / "log")
                yield address
            finally:
                server.send_signal(signal.SIGINT)  # "fast": ends sessions that a killed test left open
                server.wait(30)


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
