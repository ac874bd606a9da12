from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_one_byline")]

    operations = [
        migrations.AlterField(
            model_name="resource",
            name="audience",
            field=models.CharField(
                choices=[
                    ("everyone", "Everyone"),
                    ("families", "Families"),
                    ("young-people", "Young people"),
                    ("professionals", "Professionals"),
                ],
                default="everyone",
                max_length=16,
                verbose_name="audience",
            ),
        ),
    ]
