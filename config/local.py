"""Runs the site and its worker on your own machine. `python3 dev.py run` calls it once the packages are there.

A server that others reach uses deploy/ and docs/operators.md instead.
"""

import argparse
import errno
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORTS = range(8000, 8100)
STAFF = "editor"
#: Django's commands and their options, in order.
PREPARATION: dict[str, dict[str, Any]] = {
    "migrate": {"interactive": False, "verbosity": 0, "skip_checks": False},
    "load_demo": {"if_empty": True},
    "collectstatic": {"interactive": False, "verbosity": 0},
}
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

Children = list[tuple[str, subprocess.Popen]]


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


# Preparing ---------------------------------------------------------------------------------------------------------


def choose_port(asked: int | None) -> int:
    """Return the port asked for, or the next free one from 8000. Ends with one line when there is none."""
    for port in [asked] if asked else PORTS:
        with closing(socket.socket()) as listener:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((HOST, port))
            except OSError as error:
                if asked and error.errno == errno.EACCES:
                    sys.exit(f"Port {port} is for the system alone. Choose one from 1024 to 65535.")
                continue
        return port
    if asked:
        sys.exit(f"Port {asked} is in use. Choose another, or leave --port out for the next free one.")
    sys.exit(f"Ports {PORTS[0]} to {PORTS[-1]} are all in use. Choose another: python3 dev.py run --port 9000")


def load_settings() -> None:
    """Read the settings, which check the environment. Ends with their one line when they refuse."""
    try:
        folder = settings.DATA_DIR
        folder.mkdir(parents=True, exist_ok=True)
    except ImproperlyConfigured as error:
        sys.exit(f"{error} Settings come from the environment and from .env; .env.example describes them.")
    except OSError as error:
        sys.exit(f"DATA_DIR {folder} cannot be used ({error.strerror}). Set it to a folder of your own.")
    if not os.access(folder, os.W_OK):
        sys.exit(f"DATA_DIR {folder} cannot be written. Set it to a folder of your own.")


def state() -> str:
    """Digest the code, the static files and the applied migrations. Returns "" when any of them is missing."""
    try:
        connection.ensure_connection()
        # Django's own cursor loads every model first, which would take half the time of a second start.
        with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
            applied = cursor.fetchall()
    except DatabaseError:
        return ""
    finally:
        connection.close()
    if not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        return ""
    paths = [ROOT / "requirements" / "base.txt", ROOT / "config" / "settings.py", *ROOT.glob("*/migrations/*.py")]
    for folder in (ROOT / "static", *ROOT.glob("*/static")):
        paths += [path for path in folder.rglob("*") if path.is_file()]
    digest = hashlib.sha256(repr(applied).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def prepare() -> str:
    """Prepare database, demonstration and static files if anything changed. Returns a new password or ""."""
    stamp = settings.DATA_DIR / "prepared"
    if (digest := state()) and stamp.is_file() and stamp.read_text() == digest:
        return ""
    say("Preparing the database and the static files ...")
    os.environ["DEMO_STAFF_PASSWORD"] = offered = secrets.token_urlsafe(12)
    output = StringIO()
    command = "check"
    try:
        django.setup()
        for command, options in PREPARATION.items():
            call_command(command, **options, stdout=output, stderr=output)
    except Exception as error:
        cause = f"{type(error).__name__}: {error}".strip()
        if isinstance(error, OperationalError):
            reason = str(error).strip().splitlines()[-1]
            cause = f"The database cannot be used: {reason}. See that it runs and that DATABASE_URL is right."
        sys.exit(f"{cause}\nAll it says: python3 dev.py manage {command}")
    finally:
        del os.environ["DEMO_STAFF_PASSWORD"]
        connection.close()
    stamp.write_text(state())
    return offered if f"account {STAFF}" in output.getvalue() else ""


# Running -----------------------------------------------------------------------------------------------------------


def server_command(port: int, *, reload: bool) -> list[str]:
    bind = f"{HOST}:{port}"
    if reload:
        return [sys.executable, "manage.py", "runserver", bind]
    if os.name == "nt":  # gunicorn needs POSIX, waitress does not
        return [sys.executable, "-m", "waitress", "--listen", bind, "config.wsgi:application"]
    options = [
        "--config",
        "deploy/gunicorn.conf.py",
        "--bind",
        bind,
        "--log-level",
        "warning",
        "--graceful-timeout",
        "3",
    ]
    return [sys.executable, "-m", "gunicorn", *options, "config.wsgi"]


def start(command: list[str], *, reload: bool = False) -> subprocess.Popen:
    variables = {"PYTHONUNBUFFERED": "1"} | ({"DEBUG": "on"} if reload else {})
    # The parent ends every child. Ctrl-C must not reach a child that is still starting.
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, start_new_session=True)  # noqa: S603


def check_alive(children: Children) -> None:
    for name, child in children:
        if child.poll() is not None:
            sys.exit(f"The {name} ended by itself with exit status {child.returncode}, so the rest was stopped too.")


def await_first_answer(address: str, children: Children) -> None:
    """Return once the site answers anything."""
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest:
        check_alive(children)
        with suppress(OSError):
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"{address}health/live", timeout=10).close()  # noqa: S310
            return
        time.sleep(0.1)
    sys.exit(f"The site did not answer within {SECONDS_TO_START} seconds.")


def end(children: Children) -> None:
    """End every child and what it started. Uses force after ten seconds."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for _, child in children:
        if child.poll() is None and os.name == "posix":
            os.killpg(child.pid, signal.SIGTERM)
        elif child.poll() is None:
            child.terminate()
    latest = time.monotonic() + SECONDS_TO_STOP
    for _, child in children:
        try:
            child.wait(max(0.1, latest - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def announce(address: str, password: str) -> None:
    sign_in = f"password as shown at the first start; a new one: python3 dev.py manage changepassword {STAFF}"
    if password:
        sign_in = f"password {password} (shown this once)"
    say()
    say("Children First is running.")
    say(f"  Site   {address}")
    say(f"  Staff  {address}admin/  user {STAFF}, {sign_in}")
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        folder = getattr(settings, "EMAIL_FILE_PATH", "")
        say(f"  Mail   stays on this machine: each one becomes a file in {folder}")
    say("  Stop   Ctrl-C")
    say()


def port_number(word: str) -> int:
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(word)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python3 dev.py run", description="The site with its demonstration content.")
    parser.add_argument("--port", type=port_number, metavar="N", help="the next free one from 8000 if left out")
    parser.add_argument("--reload", action="store_true", help="debug pages, and a restart whenever a file changes")
    options = parser.parse_args(arguments)
    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)

    children: Children = []
    try:
        port = choose_port(options.port)
        address = f"http://{HOST}:{port}/"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        # Set before .env is read, which may name a port that is taken today.
        os.environ.setdefault("SITE_URL", address.rstrip("/"))
        load_settings()
        password = prepare()
        children.append(("site", start(server_command(port, reload=options.reload), reload=options.reload)))
        await_first_answer(address, children)
        # After the first page, which would otherwise wait for the worker's images.
        children.append(("worker", start([sys.executable, "manage.py", "work"])))
        announce(address, password)
        while True:
            check_alive(children)
            time.sleep(0.3)
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        end(children)


if __name__ == "__main__":
    main(sys.argv[1:])
