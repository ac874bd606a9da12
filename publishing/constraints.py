"""What the database itself refuses about editions, whoever writes.

Two editions that overlap: exclusion constraints on PostgreSQL (migration `one_live_edition`). SQLite has none, so its
triggers look for an overlap before a row is written; its writers come one at a time, so nothing can slip in between.
A change of what was said: one trigger on each database, over every column that the table has.

`install` makes the triggers; it runs after every `migrate` (`publishing.apps`).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core.triggers import columns_of, differ, drop_sqlite_triggers

ONE_PER_DOCUMENT = "edition_one_live_per_document"
ONE_PER_PATH = "edition_one_live_per_path"
UNCHANGED = "edition_is_never_changed"
PAST_UNCHANGED = "edition_past_is_never_changed"

#: How far the clocks of the site and of the database may differ before an end in the past is refused.
CLOCK_TOLERANCE = "5 minutes"

#: The only columns that may change. Who took it may be forgotten, never replaced.
ENDS = ("live_until", "expires_at")
MAY_CHANGE = (*ENDS, "taken_by_id")

_GUARD = f"""
CREATE OR REPLACE FUNCTION publishing_edition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{{{",".join(MAY_CHANGE)}}}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{{{",".join(MAY_CHANGE)}}}'::text[]
        OR (NEW.taken_by_id IS DISTINCT FROM OLD.taken_by_id AND NEW.taken_by_id IS NOT NULL) THEN
        RAISE EXCEPTION '{UNCHANGED}'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{UNCHANGED}';
    END IF;
    IF (NEW.live_until, NEW.expires_at) IS DISTINCT FROM (OLD.live_until, OLD.expires_at)
        AND (OLD.live_until <= now() - interval '{CLOCK_TOLERANCE}'
             OR NEW.live_until < now() - interval '{CLOCK_TOLERANCE}') THEN
        RAISE EXCEPTION '{PAST_UNCHANGED}'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{PAST_UNCHANGED}';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER publishing_edition_guard BEFORE UPDATE ON publishing_edition
    FOR EACH ROW EXECUTE FUNCTION publishing_edition_guard();
"""

# Moments are stored as UTC text, "2026-01-31 09:00:00" with microseconds when there are any: text order is time order.
_EARLIEST = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{CLOCK_TOLERANCE}')"


def _overlaps(column: str) -> str:
    return f"""(NEW.live_until IS NULL OR NEW.live_until > NEW.live_from) AND EXISTS (
        SELECT 1 FROM publishing_edition other
        WHERE other.{column} = NEW.{column} AND other.id IS NOT NEW.id
          AND (other.live_until IS NULL OR other.live_until > other.live_from)
          AND (other.live_until IS NULL OR other.live_until > NEW.live_from)
          AND (NEW.live_until IS NULL OR NEW.live_until > other.live_from))"""  # noqa: S608 - our own column names


def _sqlite_triggers(columns: list[str]) -> Iterator[str]:
    """The triggers of SQLite for a table with these columns."""
    frozen = differ(column for column in columns if column not in MAY_CHANGE)
    rules = [
        (ONE_PER_DOCUMENT, "INSERT", _overlaps("document_id")),
        (ONE_PER_DOCUMENT, "UPDATE", _overlaps("document_id")),
        (ONE_PER_PATH, "INSERT", _overlaps("path")),
        (ONE_PER_PATH, "UPDATE", _overlaps("path")),
        (UNCHANGED, "UPDATE", f"{frozen} OR (NEW.taken_by_id IS NOT OLD.taken_by_id AND NEW.taken_by_id IS NOT NULL)"),
        (
            PAST_UNCHANGED,
            "UPDATE",
            f"({differ(ENDS)}) AND (OLD.live_until <= {_EARLIEST} OR NEW.live_until < {_EARLIEST})",
        ),
    ]
    for rule, event, when in rules:
        yield (
            f"CREATE TRIGGER {rule}_{event.lower()} BEFORE {event} ON publishing_edition WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{rule}'); END"
        )


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew for the columns that the table has now."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        columns = columns_of(connection, "publishing_edition")
        if not columns:
            return
        for statement in [_GUARD] if connection.vendor == "postgresql" else _sqlite_triggers(columns):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off SQLite. PostgreSQL replaces its own in place."""
    if connection.vendor == "sqlite":
        drop_sqlite_triggers(connection, "edition_")
