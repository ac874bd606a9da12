from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections

from core import checks
from tests.factories import make_enquiry


@pytest.fixture
def fresh(db):
    """A second connection with settings of its own: `fresh(OPTIONS=...)`."""
    made = []

    def connect(**changes):
        copy = connection.copy()
        copy.settings_dict = copy.settings_dict | changes
        made.append(copy)
        return copy

    yield connect
    for copy in made:
        copy.close()


only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a rule of SQLite")
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a rule of PostgreSQL")


def test_the_settings_as_they_stand_are_safe(fresh):
    fresh_connection = fresh()
    fresh_connection.ensure_connection()
    assert checks.unsafe_settings(fresh_connection) == []


@only_sqlite
@pytest.mark.parametrize(
    ("pragma", "named"),
    [
        ("synchronous=NORMAL", "synchronous=1"),
        ("foreign_keys=OFF", "foreign_keys=0"),
        ("secure_delete=OFF", "secure_delete=0"),
        ("busy_timeout=5000", "20 s"),
    ],
)
def test_a_connection_that_could_lose_rows_is_refused(fresh, pragma, named):
    options = connection.settings_dict["OPTIONS"]
    unsafe = fresh(OPTIONS=options | {"init_command": f"{options['init_command']} PRAGMA {pragma};"})
    with pytest.raises(ImproperlyConfigured, match=named):
        unsafe.ensure_connection()
    assert unsafe.connection is None


@only_sqlite
def test_a_database_without_a_write_ahead_log_is_refused(fresh, tmp_path):
    options = connection.settings_dict["OPTIONS"]
    pragmas = options["init_command"].replace("journal_mode=WAL", "journal_mode=DELETE")
    unsafe = fresh(NAME=str(tmp_path / "other.sqlite3"), OPTIONS=options | {"init_command": pragmas})
    with pytest.raises(ImproperlyConfigured, match="journal_mode=delete"):
        unsafe.ensure_connection()


@only_sqlite
def test_transactions_that_begin_late_are_refused(fresh):
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "transaction_mode"}
    with pytest.raises(ImproperlyConfigured, match="IMMEDIATE"):
        fresh(OPTIONS=options).ensure_connection()


@only_postgresql
def test_postgresql_that_answers_before_it_has_written_is_refused(fresh):
    with pytest.raises(ImproperlyConfigured, match="synchronous_commit=off"):
        fresh(OPTIONS={"options": "-c synchronous_commit=off"}).ensure_connection()


@only_postgresql
def test_postgresql_without_health_checks_is_refused(fresh):
    with pytest.raises(ImproperlyConfigured, match="CONN_HEALTH_CHECKS"):
        fresh(CONN_HEALTH_CHECKS=False).ensure_connection()


@pytest.mark.django_db
def test_the_check_command_asks_the_database_too(monkeypatch):
    assert checks.check_databases(databases=["default"]) == []

    def refuse():
        raise ImproperlyConfigured("Set it.")

    monkeypatch.setattr(connections["default"], "ensure_connection", refuse)
    assert [(error.id, error.msg) for error in checks.check_databases(databases=["default"])] == [
        ("core.E001", "Set it.")
    ]


def test_a_missing_encryption_key_is_warned_of(settings):
    assert checks.check_field_keys() == []
    settings.FIELD_KEYS = ["k1:short"]
    assert [warning.id for warning in checks.check_field_keys()] == ["core.W001"]


@pytest.mark.django_db
def test_the_check_says_when_the_keys_are_not_those_that_were_in_use(settings):
    def said() -> str:
        messages = checks.check_stored_values(databases=["default"])
        return " ".join(message.id for message in messages)

    make_enquiry()
    assert said() == ""
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["other:" + "B" * 43 + "="]
    assert said() == "core.E002"
    with pytest.raises(SystemCheckError, match="these are other keys"):
        call_command("check", databases=["default"])
    make_enquiry()
    assert said() == "core.W002"
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *old]
    assert said() == ""
    settings.FIELD_KEYS = []
    assert said() == ""
