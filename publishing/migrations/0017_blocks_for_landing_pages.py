"""Cards, steps, people, contacts and questions, which both roles may write."""

import django.core.validators
import django.db.models.deletion
import publishing.languages
import re
from django.db import migrations, models

from core.roles import make_roles

BLOCKS = ("card", "step", "person", "contact", "question")
GRANT = ("publishing", BLOCKS, ("view", "add", "change", "delete"))


def make(apps, schema_editor):
    make_roles(apps, {"Editor": [GRANT], "Publisher": [GRANT]}, {})


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0016_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('language', publishing.languages.LanguageField(blank=True, help_text='Only if it is not the language of the page. Also of the heading in it.', max_length=8, verbose_name='language')),
                ('style', models.CharField(choices=[('card', 'Card, with a picture if there is one'), ('task', 'Task: large, with an arrow and no picture')], default='card', help_text='Tasks are what people come for. On a landing page they come first, before any text.', max_length=8, verbose_name='shown as')),
                ('title', models.CharField(help_text='One block is one card. Neighbours stand together in one group.', max_length=120, verbose_name='title')),
                ('text', models.CharField(blank=True, help_text='One sentence: what waits there.', max_length=300, verbose_name='text')),
                ('address', models.CharField(help_text='Where the whole card leads. For example /services/ or https://www.gov.uk/', max_length=300, validators=[django.core.validators.RegexValidator(re.compile('^(?:https?://[^\\s/|]+\\S*|mailto:[^\\s@]+@\\S+|tel:\\+?[0-9]+|/\\S*|#[\\w-]+)$'), '“%(value)s” is no address. Start it with /, https://, mailto: or tel:, for example /contact/')], verbose_name='address')),
                ('image_alt', models.CharField(blank=True, help_text="Only if it differs from the media library's.", max_length=300, verbose_name='description here')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='publishing.image', verbose_name='picture')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='publishing.document')),
            ],
            options={
                'verbose_name': 'card',
                'verbose_name_plural': 'cards',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('language', publishing.languages.LanguageField(blank=True, help_text='Only if it is not the language of the page. Also of the heading in it.', max_length=8, verbose_name='language')),
                ('heading', models.CharField(help_text='For example: Talk it through first', max_length=120, verbose_name='heading')),
                ('name', models.CharField(blank=True, help_text='A person, or a team.', max_length=120, verbose_name='name')),
                ('role', models.CharField(blank=True, max_length=160, verbose_name='role')),
                ('telephone', models.CharField(blank=True, max_length=30, validators=[django.core.validators.RegexValidator('^\\+?[0-9][0-9 ]*$', 'Write the number with digits and spaces, for example 01632 960 001.')], verbose_name='telephone')),
                ('hours', models.CharField(blank=True, help_text='For example: Monday to Friday, 9am to 5pm', max_length=120, verbose_name='hours')),
                ('address', models.CharField(blank=True, help_text='Where a message goes: the page of a form, or an e-mail address after mailto:', max_length=300, validators=[django.core.validators.RegexValidator(re.compile('^(?:https?://[^\\s/|]+\\S*|mailto:[^\\s@]+@\\S+|tel:\\+?[0-9]+|/\\S*|#[\\w-]+)$'), '“%(value)s” is no address. Start it with /, https://, mailto: or tel:, for example /contact/')], verbose_name='write to')),
                ('text', models.TextField(blank=True, help_text='What to have ready, or what happens then.', verbose_name='text')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='publishing.document')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('language', publishing.languages.LanguageField(blank=True, help_text='Only if it is not the language of the page. Also of the heading in it.', max_length=8, verbose_name='language')),
                ('name', models.CharField(help_text='One block is one person. Neighbours stand together in one group.', max_length=120, verbose_name='name')),
                ('role', models.CharField(blank=True, max_length=160, verbose_name='role')),
                ('text', models.TextField(blank=True, help_text='Two or three sentences.', verbose_name='text')),
                ('telephone', models.CharField(blank=True, max_length=30, validators=[django.core.validators.RegexValidator('^\\+?[0-9][0-9 ]*$', 'Write the number with digits and spaces, for example 01632 960 001.')], verbose_name='telephone')),
                ('address', models.CharField(blank=True, help_text='Where a message goes: the page of a form, or an e-mail address after mailto:', max_length=300, validators=[django.core.validators.RegexValidator(re.compile('^(?:https?://[^\\s/|]+\\S*|mailto:[^\\s@]+@\\S+|tel:\\+?[0-9]+|/\\S*|#[\\w-]+)$'), '“%(value)s” is no address. Start it with /, https://, mailto: or tel:, for example /contact/')], verbose_name='write to')),
                ('image', models.ForeignKey(blank=True, help_text='Without one a drawn figure stands in its place.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='publishing.image', verbose_name='picture')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='publishing.document')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('language', publishing.languages.LanguageField(blank=True, help_text='Only if it is not the language of the page. Also of the heading in it.', max_length=8, verbose_name='language')),
                ('question', models.CharField(help_text='One block is one question. Neighbours stand together in one list.', max_length=200, verbose_name='question')),
                ('html', models.TextField(verbose_name='answer')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='publishing.document')),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.CharField(max_length=255)),
                ('ordering', models.IntegerField(default=0)),
                ('language', publishing.languages.LanguageField(blank=True, help_text='Only if it is not the language of the page. Also of the heading in it.', max_length=8, verbose_name='language')),
                ('title', models.CharField(help_text='One block is one step. Neighbours are numbered from 1.', max_length=120, verbose_name='title')),
                ('html', models.TextField(blank=True, verbose_name='text')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_set', to='publishing.document')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['ordering'],
                'abstract': False,
            },
        ),
        # The groups are dropped by the migration that made them.
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
