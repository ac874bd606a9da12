import django.core.serializers.json
from django.db import migrations, models

import publishing.models.edition
import publishing.pictures


class Migration(migrations.Migration):
    """What Python makes of two columns; nothing changes in the database."""

    dependencies = [("publishing", "0009_moments_are_indexed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="edition",
                    name="details",
                    field=models.JSONField(
                        decoder=publishing.models.edition.DatesDecoder,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                    ),
                ),
                migrations.AlterField(
                    model_name="edition", name="picture", field=publishing.pictures.PictureField(null=True)
                ),
            ]
        )
    ]
