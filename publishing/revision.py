"""`Document.revision`: raised by the database whenever something changes that the next edition is made from.

That is a column of the document's own tables, or a row that would be deleted with the document: a block, a source, a
topic, a byline. They are found by their foreign key with `on_delete=CASCADE`; a model whose rows are no part of an
edition says so with `changes_document = False`.

`install` makes the triggers; it runs after every `migrate` (`publishing.apps`). A statement that changes no value
raises nothing. One that writes a revision itself, as every `save()` of a document does, cannot lower it.
"""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CASCADE

from core.triggers import columns_of, differ, drop_sqlite_triggers
from publishing.models import Document

_TABLE = "publishing_document"
#: Columns that say who saved and when, not what.
_BESIDE = ("revision", "updated_at", "updated_by_id")

_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION publishing_document_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision + (NEW.revision > OLD.revision OR
        to_jsonb(NEW) - '{{{",".join(_BESIDE)}}}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{{{",".join(_BESIDE)}}}'::text[])::int;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_revision BEFORE UPDATE ON {_TABLE}
    FOR EACH ROW EXECUTE FUNCTION publishing_document_changed();
CREATE OR REPLACE FUNCTION publishing_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NULL;
    END IF;
    UPDATE {_TABLE} SET revision = revision + 1
        WHERE id IN ((to_jsonb(OLD) ->> TG_ARGV[0])::bigint, (to_jsonb(NEW) ->> TG_ARGV[0])::bigint);
    RETURN NULL;
END $$;
"""  # noqa: S608 - our own table and column names
_POSTGRESQL_PART = """
CREATE OR REPLACE TRIGGER document_revision AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION publishing_part_changed('{column}');
"""


def part_tables() -> dict[str, str]:
    """The tables whose rows belong to a document, each with the column that names it."""
    return {
        model._meta.db_table: field.column
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, "changes_document", True)
        for field in model._meta.local_concrete_fields
        if field.column
        and field.remote_field
        and issubclass(field.remote_field.model, Document)
        and field.remote_field.on_delete is CASCADE
    }


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers anew, on whichever of the tables are there."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        columns = columns_of(connection, _TABLE)
        if "revision" not in columns:
            return
        is_postgresql = connection.vendor == "postgresql"
        cursor.execute(_FUNCTIONS if is_postgresql else _sqlite_document(columns))
        for table, column in part_tables().items():
            part_columns = columns_of(connection, table)
            if column not in part_columns:
                continue
            if is_postgresql:
                cursor.execute(_POSTGRESQL_PART.format(table=table, column=column))
                continue
            for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
                cursor.execute(_sqlite_part(table, column, part_columns, event, rows))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off SQLite. PostgreSQL replaces its own in place."""
    if connection.vendor == "sqlite":
        drop_sqlite_triggers(connection, "document_revision_")


def _sqlite_document(columns: list[str]) -> str:
    # The statement inside does not set the trigger off again: SQLite's recursive triggers are off.
    differs = differ(column for column in columns if column not in _BESIDE)
    return f"""
        CREATE TRIGGER document_revision_own AFTER UPDATE ON {_TABLE} BEGIN
            UPDATE {_TABLE} SET revision = OLD.revision + (NEW.revision > OLD.revision OR {differs}) WHERE id = NEW.id;
        END"""  # noqa: S608 - our own table and column names


def _sqlite_part(table: str, column: str, columns: list[str], event: str, rows: list[str]) -> str:
    when = f"WHEN {differ(columns)}" if event == "UPDATE" else ""
    documents = ", ".join(f"{row}.{column}" for row in rows)
    return f"""
        CREATE TRIGGER document_revision_{table}_{event.lower()} AFTER {event} ON {table} {when} BEGIN
            UPDATE {_TABLE} SET revision = revision + 1 WHERE id IN ({documents});
        END"""  # noqa: S608 - our own table and column names
