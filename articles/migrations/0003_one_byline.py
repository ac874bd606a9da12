"""Articles and resources have one kind of byline."""

import django.db.models.deletion
from django.db import migrations, models

COLUMNS = ("author_id", "position")


def move_rows(apps, schema_editor):
    byline, old = (apps.get_model("articles", name).objects for name in ("Byline", "ResourceByline"))
    byline.bulk_create(byline.model(document_id=row.pop("resource_id"), **row) for row in old.values("resource_id", *COLUMNS))


def move_rows_back(apps, schema_editor):
    byline, old = (apps.get_model("articles", name).objects for name in ("Byline", "ResourceByline"))
    resources = apps.get_model("articles", "Resource").objects.values("pk")
    rows = byline.filter(document_id__in=resources)
    old.bulk_create(old.model(resource_id=row.pop("document_id"), **row) for row in rows.values("document_id", *COLUMNS))
    rows.delete()


def rename_permissions(apps, schema_editor, old="articlebyline", new="byline"):
    """Roles keep what they may do: Django renames the content type of a model and leaves its permissions alone."""
    permissions = apps.get_model("auth", "Permission").objects
    for row in permissions.filter(content_type__app_label="articles", codename__endswith=f"_{old}"):
        row.codename = row.codename.replace(old, new)
        row.name = row.name.replace(old, new)
        row.save()


def rename_permissions_back(apps, schema_editor):
    rename_permissions(apps, schema_editor, old="byline", new="articlebyline")


def drop_permissions(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(content_type__app_label="articles", codename__endswith="_resourcebyline").delete()


def make_permissions_back(apps, schema_editor):
    """Whoever may do something with one byline may do it with the other."""
    group_model = apps.get_model("auth", "Group")
    permissions = apps.get_model("auth", "Permission").objects
    type_model = apps.get_model("contenttypes", "ContentType")
    content_type, _created = type_model.objects.get_or_create(app_label="articles", model="resourcebyline")
    for row in permissions.filter(content_type__app_label="articles", codename__endswith="_byline"):
        twin, _created = permissions.get_or_create(
            content_type=content_type,
            codename=row.codename.replace("byline", "resourcebyline"),
            defaults={"name": row.name.replace("byline", "resourcebyline")},
        )
        for group in group_model.objects.filter(permissions=row):
            group.permissions.add(twin)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_authors_have_no_picture"),
        # Makes the roles and their permissions.
        ("publishing", "0003_roles"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="articlebyline", name="article_author_once"),
        migrations.RenameModel("ArticleByline", "Byline"),
        migrations.RenameField("byline", "article", "document"),
        migrations.AlterField(
            model_name="byline",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="bylines", to="publishing.document"
            ),
        ),
        migrations.AddConstraint(
            model_name="byline",
            constraint=models.UniqueConstraint(fields=("document", "author"), name="byline_author_once"),
        ),
        migrations.RunPython(move_rows, move_rows_back),
        migrations.RunPython(rename_permissions, rename_permissions_back),
        migrations.RunPython(drop_permissions, make_permissions_back),
        migrations.DeleteModel("ResourceByline"),
    ]
