"""Texts in Welsh and Easy Read beside the form, which the safeguarding lead writes."""

from django.db import migrations, models

from core.roles import make_roles

ROLES = {"Safeguarding lead": [("enquiries", ("formtext",), ("view", "add", "change", "delete"))]}


def grant(apps, schema_editor):
    make_roles(apps, ROLES, {})


def take_back(apps, schema_editor):
    apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="enquiries", content_type__model="formtext"
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0008_rules_of_the_desk")]

    operations = [
        migrations.CreateModel(
            name='FormText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(blank=True, choices=[('families', 'Families, and everybody'), ('plain', 'Children and young people, in the plainest words'), ('work', 'Professionals')], help_text='On which form it stands. Leave it empty for all.', max_length=8, verbose_name='form')),
                ('title', models.CharField(help_text='In the language of the text: “Cymraeg”, “Easy Read”, “Polski”.', max_length=60, verbose_name='title')),
                ('language', models.CharField(help_text='Read aloud in the voice of this language. Easy Read is English.', max_length=8, verbose_name='language')),
                ('text', models.TextField(help_text='Short sentences. Leave a line empty to begin a paragraph.', verbose_name='text')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_shown', models.BooleanField(default=False, help_text='Show it once somebody else has read it.', verbose_name='shown')),
            ],
            options={
                'verbose_name': 'text beside the form',
                'verbose_name_plural': 'texts beside the form',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('way__in', ['', 'families', 'plain', 'work'])), name='form_text_way_known', violation_error_message='Choose one of the forms, or none for all.')],
            },
        ),
        migrations.RunPython(grant, take_back),
    ]
