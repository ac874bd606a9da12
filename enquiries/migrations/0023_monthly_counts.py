from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0022_contact_index"),
    ]

    operations = [
        migrations.AddField(
            model_name='enquiry',
            name='is_counted',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.CreateModel(
            name='MonthlyCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('dimension', models.CharField(choices=[('door', 'Who asked'), ('service', 'Service asked for'), ('nation', 'Nation'), ('asked-from', 'Page they came from'), ('first-answer', 'Time to the first answer'), ('outcome', 'Outcome')], max_length=12, verbose_name='what is counted')),
                ('value', models.CharField(max_length=200, verbose_name='value')),
                ('number', models.PositiveIntegerField(default=0, verbose_name='number')),
            ],
            options={
                'verbose_name': 'number of a month',
                'verbose_name_plural': 'reports',
                'ordering': ['-month', 'dimension', '-number', 'value'],
                'permissions': [('export_enquiry', 'Can export the list of enquiries')],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('month', 'dimension', 'value'), name='monthly_count_once', violation_error_message='One row counts one value of one month.'), models.CheckConstraint(condition=models.Q(('dimension__in', ['door', 'service', 'nation', 'asked-from', 'first-answer', 'outcome'])), name='monthly_count_dimension_known', violation_error_message='Choose one of the dimensions of the report.')],
            },
        ),
    ]
