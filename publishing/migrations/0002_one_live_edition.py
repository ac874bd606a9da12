"""At any moment one live edition of a document and one at a path; editions are never changed. See `publishing.constraints`."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from publishing import constraints


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        migrations.RunPython(constraints.install, constraints.remove),
    ]
