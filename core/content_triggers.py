"""The triggers by which the database raises the content version (`core.content`)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from core.content import watched_tables
from core.triggers import Trigger, triggers

_TABLE = "core_contentversion"


def _raise_version(connection: BaseDatabaseWrapper) -> str:
    """The statement that makes the number the milliseconds since 1970, or one more than before.

    A database that was put back from a backup never comes to a number again under which other pages were kept before.
    """
    clock, greatest = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", "max"
    if connection.vendor == "postgresql":
        clock, greatest = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint", "greatest"
    return f"""
        INSERT INTO {_TABLE} (id, number) VALUES (1, {clock})
        ON CONFLICT (id) DO UPDATE SET number = {greatest}({_TABLE}.number + 1, excluded.number)"""  # noqa: S608


@triggers("content_version")
def content_version_triggers(connection: BaseDatabaseWrapper) -> Iterator[Trigger]:
    """On PostgreSQL they raise it at commit and once, so that writers wait for each other only while they commit."""
    events, condition, body = ["INSERT", "UPDATE", "DELETE"], "", _raise_version(connection)
    if connection.vendor == "postgresql":
        events.append("TRUNCATE")
        condition = "current_setting('children_first.raised_in', true) IS DISTINCT FROM txid_current()::text"
        body += "; PERFORM set_config('children_first.raised_in', txid_current()::text, true)"
    for table in sorted(watched_tables()):
        for event in events:
            yield Trigger(
                name=f"content_version_{table}_{event.lower()}",
                table=table,
                event=event,
                condition=condition,
                body=body,
                needs=_TABLE,
                is_deferred=event != "TRUNCATE",
            )


def before_migrate(*, using: str, plan: Sequence, **kwargs: Any) -> None:
    """Take the version away while the migrations run: a site in use then keeps no page, whoever changes what."""
    if plan:
        _execute(using, f"DELETE FROM {_TABLE}")  # noqa: S608


def after_migrate(*, using: str, plan: Sequence = (), **kwargs: Any) -> None:
    if plan:
        _execute(using, _raise_version(connections[using]))


def _execute(using: str, statement: str) -> None:
    connection = connections[using]
    if _TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(statement)
