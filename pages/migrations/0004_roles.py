"""Publishers look after the menus and the words around every page; the safeguarding lead says where the exit leads."""

from django.db import migrations

from core.roles import make_roles

ROWS = ("view", "add", "change", "delete")
ROLES = {
    "Publisher": [
        ("pages", ("navigationitem", "sociallink", "door"), ROWS),
        ("pages", ("sitesettings",), ("view", "change")),
    ],
    "Safeguarding lead": [("pages", ("sitesettings",), ("view", "change", "change_exit"))],
}
NAMES = {"change_exit": "Can change where “Exit this page” leads"}


def make(apps, schema_editor):
    make_roles(apps, ROLES, NAMES)


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0003_who_says_where_the_exit_leads"),
        ("publishing", "0003_roles"),
        ("enquiries", "0002_roles"),
    ]

    # The groups are dropped by the migrations that made them.
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
