from pathlib import Path
from shutil import rmtree

from django.conf import settings
from django.db import migrations, models


def move_files_back(apps, schema_editor):
    """Files of what is withheld lay in a folder of their own; now the row alone tells that it is."""
    root = Path(settings.MEDIA_ROOT)
    for name, kind in (("Image", "images"), ("MediaFile", "files")):
        for item in apps.get_model("publishing", name).objects.exclude(withheld_at=None):
            apart, folder = root / "withheld" / kind / item.token, root / kind / item.token
            if apart.is_dir():
                rmtree(folder, ignore_errors=True)
                apart.replace(folder)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0007_drop_prerendered_pages")]
    operations = [
        *[migrations.RenameField(model, "taken_off_at", "withheld_at") for model in ("image", "mediafile")],
        *[
            migrations.AlterField(
                model,
                "withheld_at",
                models.DateTimeField(editable=False, null=True, verbose_name="withheld from the site"),
            )
            for model in ("image", "mediafile")
        ],
        migrations.RunPython(move_files_back, migrations.RunPython.noop),
    ]
