"""Rules of editions that the database enforces, whoever writes.

Two editions must not overlap. PostgreSQL has exclusion constraints for it (migration `one_live_edition`). SQLite has
none, so its triggers look for an overlap before a row is written; its writers come one at a time, so nothing slips in
between. And an edition never changes: triggers on both databases compare every column that the table has.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from core.triggers import Trigger, columns_of, differ, refuse
from core.triggers import triggers as register

ONE_PER_DOCUMENT = "edition_one_live_per_document"
ONE_PER_PATH = "edition_one_live_per_path"
UNCHANGED = "edition_is_never_changed"
PAST_UNCHANGED = "edition_past_is_never_changed"

#: Let the clocks of the site and of the database differ by this much before an end in the past is refused.
CLOCK_TOLERANCE = "5 minutes"

END_COLUMNS = ("live_until", "expires_at")
#: Only these columns may change. `taken_by_id` may be emptied, never replaced.
MUTABLE_COLUMNS = (*END_COLUMNS, "taken_by_id")


@register("edition")
def triggers(connection: BaseDatabaseWrapper) -> Iterator[Trigger]:
    columns = columns_of(connection, "publishing_edition")
    if not columns:
        return
    is_postgresql = connection.vendor == "postgresql"
    # SQLite keeps moments as UTC text, with microseconds when there are any: text order is time order.
    earliest = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{CLOCK_TOLERANCE}')"
    if is_postgresql:
        earliest = f"now() - interval '{CLOCK_TOLERANCE}'"
    frozen = differ(connection, (column for column in columns if column not in MUTABLE_COLUMNS))
    rules = [
        (UNCHANGED, "UPDATE", f"{frozen} OR {differ(connection, ['taken_by_id'])} AND NEW.taken_by_id IS NOT NULL"),
        (
            PAST_UNCHANGED,
            "UPDATE",
            f"{differ(connection, END_COLUMNS)} AND (OLD.live_until <= {earliest} OR NEW.live_until < {earliest})",
        ),
    ]
    if not is_postgresql:
        overlaps = ((ONE_PER_DOCUMENT, _overlaps("document_id")), (ONE_PER_PATH, _overlaps("path")))
        rules += [(rule, event, condition) for rule, condition in overlaps for event in ("INSERT", "UPDATE")]
    for rule, event, condition in rules:
        yield Trigger(
            name=f"{rule}_{event.lower()}",
            table="publishing_edition",
            timing="BEFORE",
            event=event,
            condition=condition,
            body=refuse(connection, rule),
        )


def _overlaps(column: str) -> str:
    return f"""(NEW.live_until IS NULL OR NEW.live_until > NEW.live_from) AND EXISTS (
        SELECT 1 FROM publishing_edition other
        WHERE other.{column} = NEW.{column} AND other.id IS NOT NEW.id
          AND (other.live_until IS NULL OR other.live_until > other.live_from)
          AND (other.live_until IS NULL OR other.live_until > NEW.live_from)
          AND (NEW.live_until IS NULL OR NEW.live_until > other.live_from))"""  # noqa: S608 - our own column names
