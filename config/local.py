"""The site and its worker on one's own machine: what `python3 dev.py run` does once the packages are there.

Not for a server that others reach: deploy/ and docs/operators.md are.
"""

import argparse
import errno
import hashlib
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORTS = range(8000, 8100)
STAFF = "editor"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
STOP_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

Children = list[tuple[str, subprocess.Popen]]


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


# Preparing ---------------------------------------------------------------------------------------------------------


def choose_port(asked: int | None) -> int:
    """The port asked for, or the next free one from 8000. Ends with one line where it cannot be had."""
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
    """Read the settings, which judge the environment. Ends with their one line where they refuse."""
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    except ImproperlyConfigured as error:
        sys.exit(f"{error} Settings come from the environment and from .env; .env.example describes them.")
    except OSError as error:
        sys.exit(f"DATA_DIR {settings.DATA_DIR} cannot be made ({error.strerror}). Set it to a folder of your own.")
    if not os.access(settings.DATA_DIR, os.W_OK):
        sys.exit(f"DATA_DIR {settings.DATA_DIR} cannot be written. Set it to a folder of your own.")


def manage(*arguments: str, **variables: str) -> str:
    """Run one of Django's commands and return what it printed. Ends with the line that names its error, if it fails."""
    done = subprocess.run(  # noqa: S603 - our own command words only
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        words = " ".join(arguments)
        errors = re.findall(r"^[\w.]+: .+", done.stderr, re.MULTILINE) or [f"manage.py {words} failed."]
        kind, _colon, text = errors[-1].partition(": ")
        if kind == "django.db.utils.OperationalError":
            errors = [f"The database cannot be used: {text}. See that it runs and that DATABASE_URL is right."]
        sys.exit(f"{errors[-1]}\nAll it says: python3 dev.py manage {words}")
    return done.stdout


def digest(paths: Iterable[Path], *words: str) -> str:
    """One word for the contents of files and for anything else that matters."""
    found = hashlib.sha256(repr(words).encode())
    for path in sorted(paths):
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def database_key() -> str:
    """What the migrations on disk and those applied to the SQLite file come to; "" where that cannot be told."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3") or not Path(database["NAME"]).is_file():
        return ""
    with closing(sqlite3.connect(database["NAME"])) as connection:
        try:
            applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        except sqlite3.DatabaseError:
            return ""
    return digest([ROOT / "requirements" / "base.txt", *ROOT.glob("*/migrations/*.py")], repr(applied))


def static_key() -> str:
    """What the static files to collect come to; "" where none were collected yet."""
    if not (settings.STATIC_ROOT / "staticfiles.json").is_file():
        return ""
    folders = [ROOT / "static", *(app.parent / "static" for app in ROOT.glob("*/apps.py"))]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return digest([ROOT / "requirements" / "base.txt", ROOT / "config" / "settings.py", *files])


def prepare() -> str:
    """Database, demonstration content and static files, each where something changed. Returns a new password or ""."""
    stamp = settings.DATA_DIR / "prepared.json"
    try:
        done = dict(json.loads(stamp.read_text()))
    except (FileNotFoundError, TypeError, ValueError):
        done = {}
    password = ""
    if not (key := database_key()) or done.get("database") != key:
        say("Preparing the database ...")
        manage("migrate", "--no-input")
        offered = secrets.token_urlsafe(12)
        # Through the environment: a command line can be read by every account of the machine.
        if f"account {STAFF}" in manage("load_demo", "--if-empty", DEMO_STAFF_PASSWORD=offered):
            password = offered
        done["database"] = database_key()
    if not (key := static_key()) or done.get("static") != key:
        say("Collecting static files ...")
        manage("collectstatic", "--no-input", "--verbosity", "0")
        done["static"] = static_key()
    stamp.write_text(json.dumps(done))
    return password


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
    # Out of reach of the terminal's Ctrl-C, which would meet a child that is still starting: the parent ends them all.
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, start_new_session=True)  # noqa: S603


def check_alive(children: Children) -> None:
    for name, child in children:
        if child.poll() is not None:
            sys.exit(f"The {name} ended by itself with exit status {child.returncode}, so the rest was stopped too.")


def await_first_answer(address: str, children: Children) -> None:
    """Return once the site answers at all; whether it is well is for its own pages to say."""
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest:
        check_alive(children)
        try:
            urllib.request.urlopen(f"{address}health/live", timeout=10).close()  # noqa: S310
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"The site did not answer within {SECONDS_TO_START} seconds.")


def terminate(child: subprocess.Popen) -> None:
    """Ask a child and whatever it started to end."""
    if os.name == "posix":
        os.killpg(child.pid, signal.SIGTERM)
    else:
        child.terminate()


def end(children: Children) -> None:
    """End every child: kindly first, by force after ten seconds."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for _, child in children:
        if child.poll() is None:
            terminate(child)
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
    if password:
        sign_in = f"password {password} (shown this once)"
    else:
        sign_in = f"password as shown at the first start; a new one: python3 dev.py manage changepassword {STAFF}"
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
