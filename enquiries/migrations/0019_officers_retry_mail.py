"""Those who answer enquiries try a failed mail again themselves. Nobody but administrators discards a job."""

from django.db import migrations

from core.roles import make_roles

ROLES = {role: [("core", ("job",), ("change",))] for role in ("Enquiries officer", "Safeguarding lead")}


def grant(apps, schema_editor):
    make_roles(apps, ROLES, {})


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0018_first_rule_and_hours"), ("core", "0005_held_forms")]

    # The groups are dropped by the migration that made them.
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
