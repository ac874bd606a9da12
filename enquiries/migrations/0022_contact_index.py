import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0021_holds_and_tombstones"),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactHash',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=16)),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_hashes', to='enquiries.enquiry')),
            ],
            options={
                'verbose_name': 'hash of a contact',
                'verbose_name_plural': 'hashes of contacts',
                'constraints': [models.UniqueConstraint(fields=('enquiry', 'digest'), name='contact_hash_once_per_enquiry', violation_error_message='Each contact of an enquiry has one hash.')],
            },
        ),
    ]
