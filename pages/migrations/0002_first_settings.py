"""The one row of site settings, so that what stands around a page can be asked for from the first day."""

from django.db import migrations


def add_first_settings(apps, schema_editor):
    apps.get_model("pages", "SiteSettings").objects.using(schema_editor.connection.alias).get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [migrations.RunPython(add_first_settings, migrations.RunPython.noop, elidable=False)]
