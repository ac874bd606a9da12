"""The roles Enquiries officer (answers) and Safeguarding lead (also what concerns our own staff).

Each also sees whether its notices went out. The access matrix stands in docs/decisions/0005-enquiry-form.md.
"""

from django.db import migrations

from core.roles import drop_roles, make_roles

ROLES = {
    "Enquiries officer": [("enquiries", ("enquiry",), ("view", "change")), ("core", ("job",), ("view",))],
    "Safeguarding lead": [
        ("enquiries", ("enquiry",), ("view", "change", "view_restricted")),
        ("core", ("job",), ("view",)),
        ("publishing", ("helpline",), ("view", "add", "change", "delete")),
    ],
}
NAMES = {"view_restricted": "Can view enquiries about our own staff"}


def make(apps, schema_editor):
    make_roles(apps, ROLES, NAMES)


def drop(apps, schema_editor):
    drop_roles(apps, ROLES)


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0001_initial"),
        ("core", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, drop)]
