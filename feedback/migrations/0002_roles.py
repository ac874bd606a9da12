"""Editors and publishers read and settle reports, and see what readers found useful; publishers may delete a report."""

from django.db import migrations

from core.roles import make_roles

READ = [("feedback", ("pagereport",), ("view", "change")), ("feedback", ("usefulcount",), ("view",))]
ROLES = {"Editor": READ, "Publisher": [*READ, ("feedback", ("pagereport",), ("delete",))]}


def make(apps, schema_editor):
    make_roles(apps, ROLES, {})


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial"), ("publishing", "0003_roles")]

    # The groups are dropped by the migration that made them.
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
