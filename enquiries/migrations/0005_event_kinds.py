from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('enquiries', '0004_audience'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='enquiryevent',
            name='enquiry_event_kind_known',
        ),
        migrations.AlterField(
            model_name='enquiryevent',
            name='kind',
            field=models.CharField(choices=[('closed', 'Closed'), ('opened', 'Opened'), ('read', 'Marked as read'), ('received', 'Received'), ('refused', 'Opening refused'), ('released', 'Released from quarantine'), ('reopened', 'Opened again')], max_length=12, verbose_name='what'),
        ),
        migrations.AddConstraint(
            model_name='enquiryevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['closed', 'opened', 'read', 'received', 'refused', 'released', 'reopened'])), name='enquiry_event_kind_known', violation_error_message='Choose one of the kinds of event.'),
        ),
    ]
