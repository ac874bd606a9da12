"""The triggers by which the database raises the content version (`core.content`)."""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core.content import watched_tables

# Milliseconds since 1970, or one more than before. A database that was put back from a backup never comes to a number
# again under which other pages were kept before.
_SQLITE = """
CREATE TRIGGER "content_version_{table}_{event}" AFTER {event} ON "{table}" BEGIN
    INSERT INTO core_contentversion (id, number)
    VALUES (1, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
    ON CONFLICT (id) DO UPDATE SET number = max(number + 1, excluded.number);
END
"""
# Raised at commit, and once however many rows have changed, so that writers wait for each other only while they commit.
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION core_raise_content_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('children_first.content_raised_in', true) IS DISTINCT FROM txid_current()::text THEN
        INSERT INTO core_contentversion (id, number)
        VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        ON CONFLICT (id) DO UPDATE SET number = greatest(core_contentversion.number + 1, excluded.number);
        PERFORM set_config('children_first.content_raised_in', txid_current()::text, true);
    END IF;
    RETURN NULL;
END $$
"""
_POSTGRESQL = """
DROP TRIGGER IF EXISTS content_version ON "{table}";
DROP TRIGGER IF EXISTS content_version_truncate ON "{table}";
CREATE CONSTRAINT TRIGGER content_version AFTER INSERT OR UPDATE OR DELETE ON "{table}"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION core_raise_content_version();
CREATE TRIGGER content_version_truncate AFTER TRUNCATE ON "{table}"
    FOR EACH STATEMENT EXECUTE FUNCTION core_raise_content_version();
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on every watched table there is."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        tables = watched_tables().intersection(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for table in sorted(tables):
            if connection.vendor == "postgresql":
                cursor.execute(_POSTGRESQL.format(table=table))
                continue
            for event in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(f'DROP TRIGGER IF EXISTS "content_version_{table}_{event}"')
                cursor.execute(_SQLITE.format(table=table, event=event))
