"""`dev.py run` once the packages are there: the real site and its worker, started and ended."""

from __future__ import annotations

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
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from config import local

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "config.local"]
SECONDS = 90


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A copy's own settings; the database they name is made by whichever test is first."""
    folder = tmp_path_factory.mktemp("local")
    environment = {
        **os.environ,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEYS": "test:" + urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DEBUG": "off",
        "DATABASE_URL": f"sqlite:///{folder / 'data' / 'db.sqlite3'}",
        "DATA_DIR": str(folder / "data"),
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "DEFAULT_FROM_EMAIL": "office@children-first.example",
        "STAFF_EMAIL": "duty@children-first.example",
        "LOG_LEVEL": "WARNING",
    }
    environment.pop("SITE_URL", None)
    return environment


def refusal(environment: dict[str, str], *words: str, **variables: str) -> str:
    """What is said when it does not start."""
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env={**environment, **variables}, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


class Running:
    """`config.local` as a person starts it: in a process group of its own, its words in a file."""

    def __init__(self, environment: dict[str, str], log: Path, *words: str):
        self.log = log
        # Tells its processes from all others, whoever started them.
        self.mark = secrets.token_hex(8)
        environment = {**environment, "TEST_MARK": self.mark}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, *words], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Running:
        latest = time.monotonic() + SECONDS
        while "Ctrl-C" not in self.words() and self.process.poll() is None and time.monotonic() < latest:
            time.sleep(0.1)
        if "Ctrl-C" not in self.words():
            self.__exit__()
            pytest.fail(f"it did not start:\n{self.words()}")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()

    def words(self) -> str:
        return self.log.read_text()

    def address(self) -> str:
        return re.search(r"Site +(\S+)", self.words())[1]

    def processes(self) -> list[int]:
        """It and all that it started and that still run. Only Linux tells."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"TEST_MARK={self.mark}".encode() in (place / "environ").read_bytes().split(b"\0"):
                    found.append(int(place.name))
        return found

    def worker(self) -> int:
        for process in self.processes():
            with suppress(OSError):
                if Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[-2:-1] == [b"work"]:
                    return process
        pytest.fail("no worker was started")

    def has_left_nothing(self) -> bool:
        """Whether it and every process that it started are gone."""
        for _ in range(30):
            if not self.processes():
                return True
            time.sleep(0.1)
        return False


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_port_in_use_is_said_in_one_line(environment, taken):
    said = refusal(environment, "--port", str(taken))

    assert said == f"Port {taken} is in use. Choose another, or leave --port out for the next free one.\n"


@pytest.mark.parametrize("word", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_plainly(environment, word):
    done = subprocess.run([*COMMAND, f"--port={word}"], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.endswith("a port is a number from 1 to 65535\n")


def test_the_next_free_port_is_taken(monkeypatch, taken):
    monkeypatch.setattr(local, "PORTS", range(taken, taken + 20))

    assert taken < local.choose_port(None) < taken + 20


def test_no_free_port_at_all_is_said(monkeypatch, taken):
    monkeypatch.setattr(local, "PORTS", range(taken, taken + 1))

    with pytest.raises(SystemExit, match=f"Ports {taken} to {taken} are all in use"):
        local.choose_port(None)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short."),
        ({"SITE_URL": "children-first.example"}, "SITE_URL must be an address"),
        ({"DEBUG": "maybe"}, "DEBUG must be on or off."),
        ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL is not set."),
        ({"DATABASE_URL": "children_first"}, "DATABASE_URL must look like"),
        ({"DATABASE_URL": "mysql://a:b@127.0.0.1/c"}, "DATABASE_URL must look like"),
        ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL must look like"),
        ({"EMAIL_URL": "smtp://127.0.0.1:port"}, "EMAIL_URL must look like"),
        ({"DEFAULT_FROM_EMAIL": "the office"}, "DEFAULT_FROM_EMAIL must hold mail addresses"),
        ({"STAFF_EMAIL": "duty@example.org,lead"}, "STAFF_EMAIL must hold mail addresses"),
        ({"BANK_HOLIDAYS": "FRA"}, "BANK_HOLIDAYS must be"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES must be a number"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be a number"),
        ({"SITE_URL": "https://[::1"}, "SITE_URL must be an address"),
        ({"SITE_URL": "http://127.0.0.1:port"}, "SITE_URL must be an address"),
        ({"SITE_URL": "https://example.org/children"}, "SITE_URL must be an address"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL must look like"),
        ({"LEAD_EMAIL": "lead"}, "LEAD_EMAIL must hold mail addresses"),
    ],
)
def test_a_missing_or_wrong_setting_is_named_in_one_line(environment, variables, said):
    line = refusal(environment, **variables)

    assert line.startswith(said)
    assert line.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_named(environment, tmp_path):
    (tmp_path / "file").write_text("")
    line = refusal(environment, DATA_DIR=str(tmp_path / "file" / "data"))

    assert line.startswith(f"DATA_DIR {tmp_path / 'file' / 'data'} cannot be made (Not a directory).")


def test_a_database_that_does_not_answer_is_named_without_a_traceback(environment, tmp_path):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can answer there
        port = listener.getsockname()[1]
        said = refusal(environment, DATABASE_URL=f"postgres://a:b@127.0.0.1:{port}/c", DATA_DIR=str(tmp_path))

    assert said.startswith("The database cannot be used: ")
    assert "DATABASE_URL" in said
    assert "python3 dev.py manage migrate" in said


@pytest.fixture
def project(tmp_path: Path, settings, monkeypatch) -> Path:
    """A project of a few files, prepared once: migrated, its static files collected."""
    for name in ("requirements/base.txt", "config/settings.py", "news/apps.py", "news/migrations/0001_initial.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for name in ("static/site.css", "news/static/news.css", "var/static/staticfiles.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    with closing(sqlite3.connect(tmp_path / "var" / "db.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE django_migrations (app, name)")
        connection.execute("INSERT INTO django_migrations VALUES ('news', '0001_initial')")
    monkeypatch.setattr(local, "ROOT", tmp_path)
    settings.STATIC_ROOT = tmp_path / "var" / "static"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "var" / "db.sqlite3")}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["static/site.css", "news/static/news.css", "news/static/new.css", "requirements/base.txt"]
)
def test_static_files_are_collected_again_when_one_changed(project, name):
    before = local.static_key()
    assert before == local.static_key() != ""

    (project / name).write_text("changed")

    assert local.static_key() != before


def test_static_files_are_collected_when_the_collected_ones_are_gone(project):
    (project / "var" / "static" / "staticfiles.json").unlink()

    assert local.static_key() == ""


def test_the_database_is_migrated_again_when_a_migration_is_new_or_undone(project):
    before = local.database_key()
    assert before == local.database_key() != ""

    (project / "news" / "migrations" / "0002_more.py").write_text("")
    assert (after := local.database_key()) not in {before, ""}

    with closing(sqlite3.connect(project / "var" / "db.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM django_migrations")
    assert local.database_key() not in {before, after, ""}


def test_a_database_that_is_new_emptied_or_elsewhere_is_migrated(project, settings):
    (project / "var" / "db.sqlite3").write_bytes(b"")
    assert local.database_key() == ""

    (project / "var" / "db.sqlite3").unlink()
    assert local.database_key() == ""

    settings.DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
    assert local.database_key() == ""


def test_the_site_starts_says_where_and_goes_with_ctrl_c(environment, tmp_path):
    with Running(environment, tmp_path / "first.log") as first:
        password = re.search(r"password (\S+) \(shown this once\)", first.words())[1]
        assert len(password) >= 12
        assert status(first.address()) == 200
        assert status(first.address() + "admin/login/") == 200

        os.killpg(first.process.pid, signal.SIGINT)  # as a terminal does on Ctrl-C: to all of them at once
        assert first.process.wait(15) == 0
        assert first.has_left_nothing()
        assert "Traceback" not in first.words()

    with Running(environment, tmp_path / "second.log") as second:
        assert status(second.address()) == 200
        assert "password as shown at the first start" in second.words()
        assert "changepassword editor" in second.words()
        assert password not in second.words()
        assert "Preparing" not in second.words()
        assert "Collecting" not in second.words()

        second.process.send_signal(signal.SIGTERM)  # as a service manager does: to the parent alone
        assert second.process.wait(15) == 0
        assert second.has_left_nothing()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which processes another started")
def test_a_worker_that_dies_takes_the_site_with_it_and_is_named(environment, tmp_path):
    with Running(environment, tmp_path / "log") as running:
        os.kill(running.worker(), signal.SIGKILL)

        assert running.process.wait(15) == 1
        assert "The worker ended by itself with exit status -9" in running.words()
        assert running.has_left_nothing()
