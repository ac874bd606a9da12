"""The sentence over the site is called what its style sheet and every designer call it: a banner."""

import django.db.models.deletion
from django.db import migrations, models


def rename_permissions(apps, schema_editor, old="strip", new="banner"):
    """Roles keep what they may do: Django renames the content type of a model and leaves its permissions alone."""
    permissions = apps.get_model("auth", "Permission").objects
    for row in permissions.filter(content_type__app_label="campaigns", codename__endswith=f"_{old}"):
        row.codename = row.codename.replace(old, new)
        row.name = row.name.replace(old, new)
        row.save()


def rename_permissions_back(apps, schema_editor):
    rename_permissions(apps, schema_editor, old="banner", new="strip")


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        # Makes the roles and their permissions.
        ("publishing", "0003_roles"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="strip", name="strip_ends_after_it_starts"),
        migrations.RenameModel("Strip", "Banner"),
        migrations.RunPython(rename_permissions, rename_permissions_back),
        migrations.AlterModelOptions(
            name="banner",
            options={"ordering": ["-starts_at"], "verbose_name": "banner", "verbose_name_plural": "banners"},
        ),
        migrations.AlterField(
            model_name="banner",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="banners",
                to="campaigns.campaign",
                verbose_name="campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="banner",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="banner_ends_after_it_starts",
                violation_error_message="The end must come after the start.",
            ),
        ),
    ]
