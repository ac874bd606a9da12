"""Fixtures that more than one room's tests need."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.apps import apps
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import blocking_manager_key

from core import content
from tests.factories import make_staff
from tests.postgresql import NONE_HERE, postgresql_programs, throwaway_postgresql

# How long one example takes says more about the machine than about the site.
hypothesis_settings.register_profile("tests", deadline=None)
hypothesis_settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", action="store_true", help="run on a PostgreSQL server started for it, not SQLite")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """With `--postgresql`, do the same again beside a server: the settings have been read by now."""
    if not config.option.postgresql or os.environ.get("TEST_DATABASE_URL"):
        return None
    if not (programs := postgresql_programs()):
        raise pytest.UsageError(NONE_HERE)
    command = [sys.executable, "-m", "pytest", *config.invocation_params.args]
    with throwaway_postgresql(programs) as url:
        return subprocess.call(command, env=os.environ | {"TEST_DATABASE_URL": url})


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory) -> None:
    """Use SQLite on disk, as the site does: in memory it has neither WAL nor several writers."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.getbasetemp() / "test.sqlite3")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put back what migrations wrote, such as the roles: a test with transactions of its own empties every table.

    Which tests follow it in the same process is for chance to say.
    """
    yield
    mark = item.get_closest_marker("django_db")
    if mark is None or not mark.kwargs.get("transaction"):
        return
    assert mark.kwargs.get("serialized_rollback"), "A test with transaction=True needs serialized_rollback=True."
    # After the very last test the tests' database is gone, and the connection leads to the one of the settings.
    if nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            connection.creation.deserialize_db_from_string(connection._test_serialized_contents)  # type: ignore[attr-defined]
            # PostgreSQL's sequences do not know of the keys of these rows.
            with connection.cursor() as cursor:
                for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                    cursor.execute(sql)


@pytest.fixture(autouse=True)
def test_settings(settings, tmp_path_factory) -> None:
    """Nothing is read from a collected folder, nothing uploaded stays, and passwords are hashed fast."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    folder = tmp_path_factory.getbasetemp()
    settings.MEDIA_ROOT = folder / "media"
    settings.STATIC_ROOT = folder / "static"
    settings.WHITENOISE_ROOT = None
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def clear_caches() -> None:
    """What an earlier test has made is no page of this one: it may have had other settings."""
    cache.clear()
    content.forget()


@pytest.fixture
def staff(db) -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture(scope="session")
def site_template(tmp_path_factory) -> Path:
    """Where running sites of this run, in every worker of pytest-xdist, find what one of them has prepared."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "site_template"


class MailServer:
    """A real SMTP server on loopback. `refusals` maps an address to the answer its RCPT gets."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.refusals: dict[str, str] = {}
        self.data_answer = "250 kept"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.data_answer.startswith("250"):
            self.messages.append(envelope.original_content)
            self.recipients.append(envelope.rcpt_tos)
        return self.data_answer


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """Mail that the test sends really goes out, to this server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server
    controller.stop()
