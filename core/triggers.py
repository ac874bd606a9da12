"""Triggers that outlive migrations: taken off before `migrate` changes tables, and made again after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

#: Works on one database; must bear to be called twice, and with tables missing.
Step = Callable[[BaseDatabaseWrapper], None]


def install_after_migrate(app: AppConfig, install: Step, remove: Step | None = None) -> None:
    """Call `install` after every `migrate`. Call `remove` before one that has something to do, on SQLite alone.

    SQLite drops the triggers of a table that it rebuilds, and refuses to change a column that a trigger names.
    PostgreSQL does neither, and its site may be in use meanwhile.
    """

    def before(using: str, plan: list, **kwargs: Any) -> None:
        if remove and plan and connections[using].vendor == "sqlite":
            remove(connections[using])

    def after(using: str, **kwargs: Any) -> None:
        install(connections[using])

    pre_migrate.connect(before, sender=app, weak=False)
    post_migrate.connect(after, sender=app, weak=False)


def columns_of(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """The columns that the table has now; none when there is no such table."""
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return []
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def drop_sqlite_triggers(connection: BaseDatabaseWrapper, prefix: str) -> None:
    """Drop every trigger whose name begins so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.startswith(prefix):
                cursor.execute(f"DROP TRIGGER {name}")


def differ(columns: Iterable[str]) -> str:
    """For SQLite: whether one of the columns changes."""
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
