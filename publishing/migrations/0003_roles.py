"""The roles Editor (writes) and Publisher (also decides what the public sees).

The rooms above are named by their labels only: nothing of theirs is imported.
"""

from django.db import migrations

from core.roles import drop_roles, make_roles

BLOCKS = ("text", "figure", "statistics", "quote", "callout", "download", "links")
WRITE = ("view", "add", "change")
ROWS = ("view", "add", "change", "delete")

ROLES = {
    "Editor": [
        ("publishing", (*BLOCKS, "source"), ROWS),
        ("publishing", ("image", "mediafile"), WRITE),
        ("publishing", ("document", "edition", "topic"), ("view",)),
        ("articles", ("article", "resource", "author", "series"), WRITE),
        ("articles", ("articlebyline", "resourcebyline"), ROWS),
        ("campaigns", ("campaign",), WRITE),
        ("campaigns", ("endorsement", "action", "milestone"), ROWS),
        ("campaigns", ("strip",), ("view",)),
        ("pages", ("standingpage",), ("view",)),
    ],
    "Publisher": [
        ("publishing", (*BLOCKS, "source", "image", "mediafile"), ROWS),
        ("publishing", ("topic",), WRITE),
        ("publishing", ("document",), ("view", "publish")),
        ("publishing", ("edition", "helpline"), ("view",)),
        ("articles", ("article", "resource", "author", "series", "articlebyline", "resourcebyline"), ROWS),
        ("campaigns", ("campaign",), WRITE),
        ("campaigns", ("endorsement", "action", "milestone", "strip"), ROWS),
        ("pages", ("standingpage",), WRITE),
    ],
}
NAMES = {"publish_document": "Can publish, schedule and withdraw"}


def make(apps, schema_editor):
    make_roles(apps, ROLES, NAMES)


def drop(apps, schema_editor):
    drop_roles(apps, ROLES)


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0002_one_live_edition"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, drop)]
