"""`Document.revision`: the database raises it whenever something changes that the next edition is made from.

That is a column of the document's own tables, and a row that would be deleted with the document: a block, a source, a
topic, a byline. They are found by their foreign key with `on_delete=CASCADE`; a model whose rows are no part of an
edition says so with `changes_document = False`. It is also a picture, file, topic or author that one of these rows
points to: their models name in `edition_fields` what an edition copies of them.

A statement that changes no value raises nothing. One that writes a revision itself, as every `save()` of a document
does, cannot lower it.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CASCADE, ForeignKey, Model

from core.triggers import Trigger, columns_of, differ
from core.triggers import triggers as register
from publishing.models import Document

_TABLE = Document._meta.db_table
#: Columns that say who saved and when, not what.
_IGNORED_COLUMNS = ("revision", "updated_at", "updated_by_id")


def part_models() -> dict[type[Model], str]:
    """The models whose rows belong to a document, each with the column that names it."""
    return {
        model: field.column
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, "changes_document", True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey)
        and issubclass(field.related_model, Document)
        and field.remote_field.on_delete is CASCADE
    }


@register("document_revision")
def triggers(connection: BaseDatabaseWrapper) -> Iterator[Trigger]:
    columns = columns_of(connection, _TABLE)
    if "revision" not in columns:
        return
    differs = differ(connection, (column for column in columns if column not in _IGNORED_COLUMNS))
    # SQLite's triggers never set themselves off. PostgreSQL's do: there it is for statements of others alone.
    is_own = " AND pg_trigger_depth() = 1" if connection.vendor == "postgresql" else ""
    yield Trigger(
        name="document_revision_own",
        table=_TABLE,
        event="UPDATE",
        condition=f"({differs} OR {differ(connection, ['revision'])}){is_own}",
        body=f"""
            UPDATE {_TABLE} SET revision = OLD.revision
                + CASE WHEN NEW.revision > OLD.revision OR {differs} THEN 1 ELSE 0 END WHERE id = NEW.id""",  # noqa: S608
    )
    referring: dict[Any, list[str]] = defaultdict(list)
    column_of: dict[type[Model], str] = {Document: "id"}
    for model, column in (column_of | part_models()).items():
        table = model._meta.db_table
        part_columns = columns_of(connection, table)
        if column not in part_columns:
            continue
        if model is not Document:
            for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
                condition = differ(connection, part_columns) if event == "UPDATE" else ""
                documents = ", ".join(f"{row}.{column}" for row in rows)
                yield _raise_revision(f"{table}_{event.lower()}", table, event, condition, documents)
        for field in model._meta.local_concrete_fields:
            if hasattr(field.related_model, "edition_fields") and field.column in part_columns:
                query = f"SELECT {column} FROM {table} WHERE {field.column} = NEW.id"  # noqa: S608
                referring[field.related_model].append(query)
    for shown_model, queries in referring.items():
        table = shown_model._meta.db_table
        shown = [name for name in shown_model.edition_fields if name in columns_of(connection, table)]
        if shown:
            condition = differ(connection, shown)
            yield _raise_revision(f"shown_{table}", table, "UPDATE", condition, " UNION ".join(queries))


def _raise_revision(name: str, table: str, event: str, condition: str, documents: str) -> Trigger:
    return Trigger(
        name=f"document_revision_{name}",
        table=table,
        event=event,
        condition=condition,
        body=f"UPDATE {_TABLE} SET revision = revision + 1 WHERE id IN ({documents})",  # noqa: S608
    )
