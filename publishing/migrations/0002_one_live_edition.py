"""At any moment one live edition of a document and one at a path.

On PostgreSQL alone. SQLite has no exclusion constraints: `publishing.constraints` gives it triggers after every
`migrate`, and both databases the trigger that keeps editions as they are.
"""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

FORWARD = """
ALTER TABLE publishing_edition ADD CONSTRAINT edition_one_live_per_document
    EXCLUDE USING gist (document_id WITH =, tstzrange(live_from, live_until) WITH &&);
ALTER TABLE publishing_edition ADD CONSTRAINT edition_one_live_per_path
    EXCLUDE USING gist (path WITH =, tstzrange(live_from, live_until) WITH &&);
"""
BACK = """
ALTER TABLE publishing_edition DROP CONSTRAINT IF EXISTS edition_one_live_per_document;
ALTER TABLE publishing_edition DROP CONSTRAINT IF EXISTS edition_one_live_per_path;
DROP FUNCTION IF EXISTS publishing_edition_guard() CASCADE;
"""


def forward(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD, params=None)


def back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACK, params=None)


class BtreeGist(BtreeGistExtension):
    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        # Django asks for the vendor on the way forward only.
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [BtreeGist(), migrations.RunPython(forward, back)]
