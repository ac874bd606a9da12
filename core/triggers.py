"""Drops triggers before `migrate` and creates them afterwards, for the tables and columns that there are then.

A room registers a source of `Trigger`s with `@triggers`. While a `migrate` changes the database its own statements set
off no trigger. SQLite has none at all meanwhile: it drops those of a table that it rebuilds, and refuses to change a
column that a trigger names. PostgreSQL keeps them for everybody else, whose site may be in use.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One statement (`body`) that the database executes for each row of `table` that `event` changes."""

    #: Begins with the prefix of its source.
    name: str
    table: str
    #: INSERT, UPDATE or DELETE; on PostgreSQL also TRUNCATE, which is one event for all rows.
    event: str
    body: str
    condition: str = ""
    timing: str = "AFTER"
    #: The other table that the body needs.
    needs: str = ""
    #: On PostgreSQL: execute it at commit.
    is_deferred: bool = False


Source = Callable[[BaseDatabaseWrapper], Iterable[Trigger]]

_sources: dict[str, Source] = {}


def triggers(prefix: str) -> Callable[[Source], Source]:
    """Register `source(connection)`. The names of its triggers begin with `prefix`, and nobody else's do."""

    def register(source: Source) -> Source:
        if prefix in _sources:
            raise ValueError(f"Two sources of triggers are called {prefix}.")
        _sources[prefix] = source
        return source

    return register


def before_migrate(*, using: str, plan: Sequence, **kwargs: Any) -> None:
    connection = connections[using]
    if plan and connection.vendor == "postgresql":
        _set_migrating(connection, "on")
    elif plan:
        drop(connection)


def after_migrate(*, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    install(connection)
    if connection.vendor == "postgresql":
        _set_migrating(connection, "off")


def _set_migrating(connection: BaseDatabaseWrapper, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('children_first.migrating', %s, false)", [value])


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are missing and drop those that are outdated.

    A name carries a digest of what it does. So nothing is locked where nothing changed, and a site in use goes on.
    """
    create = _create_on_postgresql if connection.vendor == "postgresql" else _create_on_sqlite
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        tables = {"", *connection.introspection.table_names(cursor)}
        wanted = {}
        for source in _sources.values():
            for trigger in source(connection):
                if {trigger.table, trigger.needs} <= tables:
                    name = f"{trigger.name}_{hashlib.sha256(create(trigger).encode()).hexdigest()[:8]}"
                    wanted[name] = create(replace(trigger, name=name))
        present = drop(connection, but=wanted)
        for name in wanted.keys() - present:
            cursor.execute(wanted[name])


def drop(connection: BaseDatabaseWrapper, but: Collection[str] = ()) -> set[str]:
    """Drop every trigger of the registered sources `but` these; return the names of those that stay."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Functions outlive a table that was dropped; triggers of earlier releases have functions of other names.
            cursor.execute("""
                SELECT coalesce(tgname, ''), proname, p.oid::regprocedure::text FROM pg_proc p
                LEFT JOIN pg_trigger t ON tgfoid = p.oid AND NOT tgisinternal WHERE prorettype = 'trigger'::regtype""")
            statement = "DROP FUNCTION IF EXISTS {} CASCADE"
        else:
            cursor.execute("SELECT name, name, name FROM sqlite_master WHERE type = 'trigger'")
            statement = 'DROP TRIGGER "{}"'
        stay = set()
        for name, function, address in cursor.fetchall():
            if name == function and name in but:
                stay.add(name)
            elif name.startswith(tuple(_sources)) or function.startswith(tuple(_sources)):
                cursor.execute(statement.format(address))
        return stay


def _create_on_sqlite(trigger: Trigger) -> str:
    when = f"WHEN {trigger.condition}" if trigger.condition else ""
    return f"""
        CREATE TRIGGER "{trigger.name}" {trigger.timing} {trigger.event} ON "{trigger.table}" {when} BEGIN
            {trigger.body};
        END"""


def _create_on_postgresql(trigger: Trigger) -> str:
    # The condition stands in the function: PostgreSQL refuses to change a column that is named after WHEN. An event
    # that WHEN rules out is not put off to the commit either, and such events forbid to change the table.
    return f"""
        CREATE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {trigger.condition or "true"} THEN {trigger.body}; END IF;
            RETURN {"NEW" if trigger.timing == "BEFORE" else "NULL"};
        END $$;
        CREATE {"CONSTRAINT" if trigger.is_deferred else ""} TRIGGER "{trigger.name}"
            {trigger.timing} {trigger.event} ON "{trigger.table}"
            {"DEFERRABLE INITIALLY DEFERRED" if trigger.is_deferred else ""}
            FOR EACH {"STATEMENT" if trigger.event == "TRUNCATE" else "ROW"}
            WHEN (current_setting('children_first.migrating', true) IS DISTINCT FROM 'on')
            EXECUTE FUNCTION "{trigger.name}"()"""


def columns_of(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """The columns that the table has now; none when there is no such table."""
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return []
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def differ(connection: BaseDatabaseWrapper, columns: Iterable[str]) -> str:
    """The condition that an update changes one of these columns."""
    operator = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    return "(" + " OR ".join(f'NEW."{column}" {operator} OLD."{column}"' for column in columns) + ")"


def refuse(connection: BaseDatabaseWrapper, rule: str) -> str:
    """The body that refuses the statement by the name of a rule, as a constraint of that name would."""
    if connection.vendor == "postgresql":
        return f"RAISE EXCEPTION '{rule}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{rule}'"
    return f"SELECT RAISE(ABORT, '{rule}')"
