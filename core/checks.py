"""Checks that the database keeps what a person entrusts to it. A wrong setting is refused with what to do."""

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from core import deadline, encryption

# Of workers and commands. A request has a deadline of its own, which is shorter.
SQLITE_BUSY_SECONDS = 20
SAFE_COMMITS = {"on", "remote_apply"}


class UnsafeConnection(ImproperlyConfigured, OperationalError):
    """The database answers but could lose what it is given, so it counts as away."""


def unsafe_settings(connection: BaseDatabaseWrapper) -> list[str]:
    """Say what is wrong with an open connection, one sentence each."""
    if connection.vendor == "sqlite":
        return _unsafe_sqlite(connection)
    if connection.vendor == "postgresql":
        return _unsafe_postgresql(connection)
    return [f"{connection.vendor} is not supported; use PostgreSQL or SQLite."]


def _unsafe_sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    is_in_memory = connection.is_in_memory_db()  # type: ignore[attr-defined]
    expected: dict[str, Any] = {
        "journal_mode": "memory" if is_in_memory else "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    with connection.cursor() as cursor:
        actual = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in [*expected, "busy_timeout"]}
    problems = [
        f"SQLite has {pragma}={actual[pragma]} instead of {value}. Leave DATABASES OPTIONS in the settings as they are "
        "and keep the file on a local disk."
        for pragma, value in expected.items()
        if actual[pragma] != value
    ]
    if not deadline.is_set() and actual["busy_timeout"] < SQLITE_BUSY_SECONDS * 1000:
        problems.append(f"SQLite waits less than {SQLITE_BUSY_SECONDS} s for a lock. Set OPTIONS timeout to that.")
    if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        problems.append("SQLite transactions must begin IMMEDIATE. Set OPTIONS transaction_mode to that.")
    return problems


def _unsafe_postgresql(connection: BaseDatabaseWrapper) -> list[str]:
    problems = []
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        actual = cursor.fetchone()[0]
    if actual not in SAFE_COMMITS:
        problems.append(f"PostgreSQL has synchronous_commit={actual}. Set it to on for this role, database or server.")
    if not connection.settings_dict["CONN_HEALTH_CHECKS"]:
        problems.append("A lost PostgreSQL connection would be used again. Set CONN_HEALTH_CHECKS to True.")
    return problems


def refuse_unsafe_connection(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Closes the connection and raises UnsafeConnection, before the first row can be written through it."""
    problems = unsafe_settings(connection)
    if problems:
        connection.close()
        raise UnsafeConnection(" ".join(problems))


def aliases_with(model: type[Model], databases: Iterable[str] | None) -> list[str]:
    """Name the databases that have the model's table: before the first migration none has."""
    table = model._meta.db_table
    return [alias for alias in databases or [] if table in connections[alias].introspection.table_names()]


@checks.register(checks.Tags.database)
def check_databases(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    problems: list[checks.CheckMessage] = []
    for alias in databases or []:
        try:
            connections[alias].ensure_connection()
        except ImproperlyConfigured as error:
            problems.append(checks.Error(str(error), id="core.E001"))
    return problems


@checks.register(checks.Tags.security)
def check_field_keys(**kwargs: Any) -> list[checks.CheckMessage]:
    try:
        encryption.usable_keys()
    except encryption.MissingKey as error:
        return [
            checks.Warning(
                f"{error} The site runs, but nothing confidential can be saved.",
                hint="Set FIELD_KEYS to <id>:<32 random bytes in URL-safe base64>, newest first.",
                id="core.W001",
            )
        ]
    return []


@checks.register(checks.Tags.database)
def check_stored_values(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Try the keys on the first and the last row of every table with encrypted fields."""
    if not encryption.is_ready():
        return []
    tried = [
        _can_be_read(row, fields)
        for model, fields in encryption.encrypted_models()
        for alias in aliases_with(model, databases)
        for row in _first_and_last(model, fields, alias)
    ]
    if all(tried):
        return []
    hint = "Put back into FIELD_KEYS the key that was in use. A key may go after rotate_keys --check finds nothing."
    if any(tried):
        return [checks.Warning("FIELD_KEYS cannot read some of what is stored.", hint=hint, id="core.W002")]
    return [
        checks.Error("FIELD_KEYS can read nothing of what is stored: these are other keys.", hint=hint, id="core.E002")
    ]


def _first_and_last(model: type[Model], fields: Iterable[encryption.EncryptedTextField], alias: str) -> list[Model]:
    needed = {name for field in fields for name in (field.name, field.associated)}
    rows = model._base_manager.using(alias).only(*needed)
    try:
        return [row for order in ("pk", "-pk") for row in rows.order_by(order)[:1]]
    except DatabaseError:
        # `migrate` checks first: its columns may not be there yet.
        return []


def _can_be_read(row: Model, fields: Iterable[encryption.EncryptedTextField]) -> bool:
    try:
        for field in fields:
            getattr(row, field.attname)
    except encryption.EncryptionError:
        return False
    return True
