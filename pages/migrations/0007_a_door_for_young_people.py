from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0006_page_layouts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='door',
            name='art',
            field=models.CharField(choices=[('families', 'A family in a doorway'), ('young', 'A young person at a door'), ('professionals', 'Colleagues at a table'), ('supporters', 'Neighbours')], default='families', max_length=16, verbose_name='picture'),
        ),
    ]
