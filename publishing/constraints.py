"""What the database itself refuses about editions, whoever writes: named rules in the words of each database.

PostgreSQL has exclusion constraints over the interval and one trigger against changes. SQLite has no exclusion
constraints, so triggers look for an overlap before a row is written; its writers come one at a time, so nothing can
slip in between. A migration that rebuilds the table on SQLite drops its triggers: run `install` again after it
(a test fails when they are missing).
"""

from __future__ import annotations

ONE_PER_DOCUMENT = "edition_one_live_per_document"
ONE_PER_PATH = "edition_one_live_per_path"
UNCHANGED = "edition_is_never_changed"
PAST_UNCHANGED = "edition_past_is_never_changed"

#: How far the clocks of the site and of the database may differ before an end in the past is refused.
CLOCK_TOLERANCE = "5 minutes"

_FROZEN = [
    "id",
    "document_id",
    "section",
    "kind",
    "kind_label",
    "path",
    "template_name",
    "title",
    "standfirst",
    "byline",
    "dated_on",
    "changed_on",
    "reading_minutes",
    "extent",
    "content_note",
    "is_sensitive",
    "image_id",
    "picture",
    "topics",
    "sources",
    "details",
    "body_html",
    "body_text",
    "live_from",
    "taken_at",
]

_POSTGRESQL = f"""
ALTER TABLE publishing_edition ADD CONSTRAINT {ONE_PER_DOCUMENT}
    EXCLUDE USING gist (document_id WITH =, tstzrange(live_from, live_until) WITH &&);
ALTER TABLE publishing_edition ADD CONSTRAINT {ONE_PER_PATH}
    EXCLUDE USING gist (path WITH =, tstzrange(live_from, live_until) WITH &&);
CREATE FUNCTION publishing_edition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({", ".join(f"NEW.{name}" for name in _FROZEN)})
        IS DISTINCT FROM ({", ".join(f"OLD.{name}" for name in _FROZEN)})
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
CREATE TRIGGER publishing_edition_guard BEFORE UPDATE ON publishing_edition
    FOR EACH ROW EXECUTE FUNCTION publishing_edition_guard();
"""
_POSTGRESQL_BACK = f"""
DROP TRIGGER IF EXISTS publishing_edition_guard ON publishing_edition;
DROP FUNCTION IF EXISTS publishing_edition_guard();
ALTER TABLE publishing_edition DROP CONSTRAINT IF EXISTS {ONE_PER_DOCUMENT};
ALTER TABLE publishing_edition DROP CONSTRAINT IF EXISTS {ONE_PER_PATH};
"""


def _overlap(column: str) -> str:
    return f"""EXISTS (
        SELECT 1 FROM publishing_edition other
        WHERE other.{column} = NEW.{column} AND other.id IS NOT NEW.id
          AND (other.live_until IS NULL OR other.live_until > other.live_from)
          AND (other.live_until IS NULL OR other.live_until > NEW.live_from)
          AND (NEW.live_until IS NULL OR NEW.live_until > other.live_from))"""  # noqa: S608 - our own column names


_ABORT = "SELECT RAISE(ABORT, '{}');"


def _sqlite_trigger(name: str, event: str, when: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} ON publishing_edition WHEN {when} BEGIN {_ABORT} END"


# Moments are stored as UTC text, "2026-01-31 09:00:00" with microseconds when there are any: text order is time order.
_SQLITE_EARLIEST = f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{CLOCK_TOLERANCE}')"
_SQLITE_NOT_EMPTY = "(NEW.live_until IS NULL OR NEW.live_until > NEW.live_from)"
_SQLITE = {
    f"{rule}_{event.split()[0].lower()}": (event, f"{_SQLITE_NOT_EMPTY} AND {_overlap(column)}", rule)
    for rule, column in ((ONE_PER_DOCUMENT, "document_id"), (ONE_PER_PATH, "path"))
    for event in ("INSERT", "UPDATE")
} | {
    UNCHANGED: (
        "UPDATE",
        " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FROZEN)
        + " OR (NEW.taken_by_id IS NOT OLD.taken_by_id AND NEW.taken_by_id IS NOT NULL)",
        UNCHANGED,
    ),
    PAST_UNCHANGED: (
        "UPDATE",
        "(NEW.live_until IS NOT OLD.live_until OR NEW.expires_at IS NOT OLD.expires_at)"
        f" AND (OLD.live_until <= {_SQLITE_EARLIEST} OR NEW.live_until < {_SQLITE_EARLIEST})",
        PAST_UNCHANGED,
    ),
}


def install(apps, schema_editor) -> None:
    """Put the rules on the table of editions (for `RunPython`)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL, params=None)
        return
    for name, (event, when, rule) in _SQLITE.items():
        schema_editor.execute(_sqlite_trigger(name, event, when).format(rule), params=None)


def remove(apps, schema_editor) -> None:
    """Take the rules off again (the way back of `install`)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_BACK, params=None)
        return
    for name in _SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
