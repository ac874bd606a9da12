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
from django.db.utils import ConnectionHandler

from config import local
from tests.running_site import free_port

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "config.local"]
SECONDS = 90
# Without these core.checks refuses a connection.
SAFE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON",
}


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
        "EMAIL_URL": f"filemail:///{folder / 'data' / 'mail'}",
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
        # Tells its processes from all others, whoever started them. A port of its own, for another may start just now.
        self.mark = secrets.token_hex(8)
        environment = {**environment, "TEST_MARK": self.mark}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, "--port", str(free_port()), *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

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

    assert line.startswith(f"DATA_DIR {tmp_path / 'file' / 'data'} cannot be used (Not a directory).")


def test_a_database_that_does_not_answer_is_named_without_a_traceback(environment, tmp_path):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can answer there
        port = listener.getsockname()[1]
        said = refusal(environment, DATABASE_URL=f"postgres://a:b@127.0.0.1:{port}/c", DATA_DIR=str(tmp_path))

    assert said.startswith("The database cannot be used: ")
    assert "DATABASE_URL" in said
    assert "python3 dev.py manage migrate" in said


@pytest.fixture
def project(tmp_path: Path, settings, monkeypatch, django_db_blocker) -> Iterator[Path]:
    """A project of a few files, prepared once: migrated, its static files collected."""
    for name in (
        "requirements/base.txt", "config/settings.py", "news/migrations/0001_initial.py",
        "static/site.css", "news/static/news.css", "var/static/staticfiles.json",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "var" / "db.sqlite3"), "OPTIONS": SAFE}
    write(tmp_path, "CREATE TABLE django_migrations (app, name)")
    write(tmp_path, "INSERT INTO django_migrations VALUES ('news', '0001_initial')")
    monkeypatch.setattr(local, "ROOT", tmp_path)
    monkeypatch.setattr(local, "connection", ConnectionHandler({"default": database})["default"])
    settings.STATIC_ROOT = tmp_path / "var" / "static"
    with django_db_blocker.unblock():
        yield tmp_path


def write(project: Path, sql: str) -> None:
    with closing(sqlite3.connect(project / "var" / "db.sqlite3")) as connection, connection:
        connection.execute(sql)


@pytest.mark.parametrize(
    "name",
    ["static/site.css", "news/static/new.css", "requirements/base.txt", "news/migrations/0002_more.py", "a row undone"],
)
def test_a_start_prepares_again_when_something_changed(project, name):
    before = local.state()
    assert before == local.state() != ""

    if name == "a row undone":
        write(project, "DELETE FROM django_migrations")
    else:
        (project / name).write_text("changed")

    assert local.state() not in {before, ""}


@pytest.mark.parametrize("gone", ["the database", "its tables", "the collected files"])
def test_a_start_prepares_again_when_something_is_gone(project, gone):
    database = project / "var" / "db.sqlite3"
    if gone == "the database":
        database.unlink()
    elif gone == "its tables":
        database.write_bytes(b"")
    else:
        (project / "var" / "static" / "staticfiles.json").unlink()

    assert local.state() == ""


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process lets others do")
def test_what_the_site_keeps_is_readable_by_its_owner_alone(environment, tmp_path):
    data = Path(environment["DATA_DIR"])
    data.mkdir(exist_ok=True)
    data.chmod(0o755)

    with Running(environment, tmp_path / "log") as running:
        assert status(running.address()) == 200  # opens the database
        umasks = {
            line
            for process in running.processes()
            for line in Path(f"/proc/{process}/status").read_text().splitlines()
            if line.startswith("Umask:")
        }
        kept = [data, *data.rglob("*")]
        assert {"db.sqlite3", "db.sqlite3-wal", "prepared", "images", "staticfiles.json"} <= {p.name for p in kept}
        assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []
        assert umasks == {"Umask:\t0077"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no umask")
def test_without_dev_py_what_the_site_keeps_is_its_owners_alone_too(environment, tmp_path):
    """As on a server that was set up with a careless umask and a folder open to all."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    environment = environment | {
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "EMAIL_URL": f"filemail:///{data / 'mail'}",
        "SITE_URL": "http://127.0.0.1:8000",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    code = (
        "import config.wsgi; from django.core.mail import send_mail; from django.core.files.base import ContentFile;"
        "from django.core.files.storage import default_storage; from core.models import Job;"
        "Job.objects.create(kind='a', object_id='1'); send_mail('a', 'b', None, ['a@example.org']);"
        "default_storage.save('letters/letter.txt', ContentFile(b'words')); import os; os._exit(0)"
    )
    before = os.umask(0o022)
    try:
        for command in (["manage.py", "migrate", "--verbosity=0"], ["-c", code]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, timeout=SECONDS)
    finally:
        os.umask(before)
    kept = [data, *data.rglob("*")]
    names = {path.name for path in kept}
    assert {"db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "mail", "media", "letter.txt"} <= names
    assert list((data / "mail").glob("*.log"))
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_mail_in_a_folder_of_the_project_does_not_follow_the_working_directory(environment, tmp_path):
    command = [sys.executable, "-c", "from django.conf import settings; print(settings.EMAIL_FILE_PATH)"]
    variables = {
        "EMAIL_URL": "filemail:///var/mail",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "SITE_URL": "http://127.0.0.1:8000",
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment | variables, capture_output=True, text=True)
    assert done.stdout.strip() == str(ROOT / "var" / "mail")
