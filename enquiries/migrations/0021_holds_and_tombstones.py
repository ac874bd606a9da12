import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import core.encryption


class Migration(migrations.Migration):

    dependencies = [
        ('enquiries', '0019_officers_retry_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PurgeRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('deleted', models.PositiveIntegerField(verbose_name='deleted')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='could not be deleted')),
            ],
            options={
                'verbose_name': 'run of the purge',
                'verbose_name_plural': 'runs of the purge',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('reference', models.CharField(max_length=8, primary_key=True, serialize=False, verbose_name='reference')),
                ('at', models.DateTimeField(db_index=True, verbose_name='deleted')),
                ('reason', models.CharField(choices=[('purged', 'Its time was over'), ('erased', 'Erased on request')], max_length=8, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'tombstone',
                'verbose_name_plural': 'tombstones',
                'ordering': ['-at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['purged', 'erased'])), name='tombstone_reason_known', violation_error_message='Choose one of the reasons: purged or erased.')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('enquiry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='hold', serialize=False, to='enquiries.enquiry', verbose_name='enquiry')),
                ('reason', core.encryption.EncryptedTextField(associated='enquiry', verbose_name='reason')),
                ('held_at', models.DateTimeField(verbose_name='held')),
                ('reviewed_at', models.DateTimeField(help_text='When somebody last said that it is still needed. Each hold is reviewed yearly.', verbose_name='reviewed')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'ordering': ['reviewed_at'],
                'permissions': [('hold_enquiry', 'Can hold enquiries back from deletion')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.StartsWith(django.db.models.functions.comparison.Cast('reason', models.TextField()), 'v1.'), name='enquiry_hold_reason_encrypted', violation_error_message='A hold has a reason, and it is stored encrypted.')],
            },
        ),
    ]
