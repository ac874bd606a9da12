from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("publishing", "0006_media_taken_off_the_site")]

    operations = [migrations.DeleteModel(name="PrerenderedPage")]
