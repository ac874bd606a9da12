from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0018_helplines_by_nation_and_person")]

    operations = [
        migrations.RemoveIndex(model_name="edition", name="edition_by_section"),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(
                fields=["section", "-dated_on", "-live_from", "live_until", "kind"], name="edition_by_section"
            ),
        ),
    ]
