"""The roles Editor (writes) and Publisher (also decides what the public sees).

Django makes permissions after the last migration, so those that the roles hold are made here; it finds them later.
The rooms above are named by their labels only: nothing of theirs is imported.
"""

from django.db import migrations

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


def make_roles(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    type_model = apps.get_model("contenttypes", "ContentType")
    for role, grants in ROLES.items():
        group, _created = group_model.objects.get_or_create(name=role)
        for app_label, models, verbs in grants:
            for model in models:
                content_type, _created = type_model.objects.get_or_create(app_label=app_label, model=model)
                for verb in verbs:
                    codename = f"{verb}_{model}"
                    permission, _created = permission_model.objects.get_or_create(
                        content_type=content_type,
                        codename=codename,
                        defaults={"name": NAMES.get(codename, f"Can {verb} {model}")},
                    )
                    group.permissions.add(permission)


def drop_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0002_one_live_edition"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, drop_roles)]
