"""Teams, and the columns by which the desk sorts and finds. The next migrations fill them and close them off."""

import django.db.models.deletion
import enquiries.models.team
from django.conf import settings
from django.db import migrations, models


FIRST_TEAM = "Duty desk"


def make_first_team(apps, schema_editor):
    apps.get_model("enquiries", "Team").objects.create(name=FIRST_TEAM)


class Migration(migrations.Migration):

    dependencies = [
        ('enquiries', '0005_event_kinds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['pk'],
            },
        ),
        migrations.RunPython(make_first_team, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='enquiry',
            name='enquiry_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='enquiryevent',
            name='enquiry_event_done_by_staff_except_received',
        ),
        migrations.RemoveConstraint(
            model_name='enquiryevent',
            name='enquiry_event_kind_known',
        ),
        migrations.AddField(
            model_name='enquiry',
            name='first_answered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='first answered'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='first_opened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='first opened'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='is_held',
            field=models.BooleanField(default=False, help_text='Not deleted while this holds.', verbose_name='held'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='enquiries.enquiry', verbose_name='repeats'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='outcome',
            field=models.CharField(blank=True, choices=[('answered', 'Answered'), ('referred', 'Referred to somebody else'), ('taken-on', 'Work taken on'), ('not-reached', 'Could not be reached safely'), ('not-for-us', 'Nothing we can do'), ('repeat', 'Repeats an earlier enquiry'), ('spam', 'Sent by a program')], max_length=12, verbose_name='outcome'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='quarantine_reason',
            field=models.CharField(blank=True, choices=[('hidden-field', 'Filled in a field that no person sees'), ('too-fast', 'Sent faster than a person reads'), ('links', 'Many links'), ('repeat', 'The same text again and again'), ('flood', 'One of very many in a short time'), ('address', 'Many from one connection in a short time'), ('unknown', 'The reason was not recorded')], max_length=12, verbose_name='why quarantined'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='shared_with',
            field=models.ForeignKey(blank=True, help_text='The one officer who may see this restricted enquiry beside the lead.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='shared with'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='told_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='staff told'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='urgency',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Ordinary'), (1, 'Date within a month'), (2, 'Date within a week'), (3, 'A child may be at risk')], default=0, verbose_name='urgency'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='urgent_week',
            field=models.DateField(blank=True, help_text='The Monday of the week of the hearing or of the report. The day itself stays sealed.', null=True, verbose_name='week of the date'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='waiting_until',
            field=models.DateField(blank=True, null=True, verbose_name='waiting until'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='is_quarantined',
            field=models.BooleanField(default=False, help_text='Looks as if a program sent it.', verbose_name='quarantined'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='state',
            field=models.CharField(choices=[('new', 'New'), ('open', 'Open'), ('waiting', 'Waiting'), ('closed', 'Closed')], default='new', max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='enquiryevent',
            name='enquiry',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='enquiries.enquiry', verbose_name='enquiry'),
        ),
        migrations.AlterField(
            model_name='enquiryevent',
            name='kind',
            field=models.CharField(choices=[('received', 'Came in'), ('told', 'Staff told by mail'), ('reminded', 'Staff reminded'), ('escalated', 'Promise broken, lead told'), ('released', 'Released from quarantine'), ('opened', 'Opened'), ('refused', 'Opening refused'), ('read', 'Marked as read'), ('taken', 'Taken'), ('assigned', 'Given to a colleague'), ('handed-over', 'Handed over to another team'), ('noted', 'Note added'), ('called', 'Call recorded'), ('answered', 'Answer recorded'), ('replied', 'Answered by mail'), ('waiting', 'Set to wait'), ('closed', 'Closed'), ('reopened', 'Opened again'), ('restricted', 'Restricted'), ('unrestricted', 'No longer restricted'), ('shared', 'Shared with one officer'), ('merged', 'Merged with an earlier one'), ('held', 'Held back from deletion'), ('unheld', 'No longer held back'), ('printed', 'Printed'), ('searched', 'Searched by contact'), ('exported', 'Exported'), ('broke-glass', 'Emergency access opened'), ('purged', 'Deleted, its time was over'), ('erased', 'Erased on request')], max_length=16, verbose_name='what'),
        ),
        migrations.AddConstraint(
            model_name='enquiryevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'told', 'reminded', 'escalated', 'released', 'opened', 'refused', 'read', 'taken', 'assigned', 'handed-over', 'noted', 'called', 'answered', 'replied', 'waiting', 'closed', 'reopened', 'restricted', 'unrestricted', 'shared', 'merged', 'held', 'unheld', 'printed', 'searched', 'exported', 'broke-glass', 'purged', 'erased'])), name='enquiry_event_kind_known', violation_error_message='Choose one of the kinds of event.'),
        ),
        migrations.AddConstraint(
            model_name='enquiryevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('kind__in', ['received', 'told', 'reminded', 'escalated', 'purged'])), models.Q(models.Q(('kind__in', ['received', 'told', 'reminded', 'escalated', 'purged']), _negated=True), ('by__isnull', False)), _connector='OR'), name='enquiry_event_done_by_staff_or_by_itself', violation_error_message='Name who did it, but for what the site does by itself.'),
        ),
        migrations.AddConstraint(
            model_name='enquiryevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['searched', 'exported', 'broke-glass']), ('enquiry__isnull', False), _connector='OR'), name='enquiry_event_about_an_enquiry', violation_error_message='An event is about one enquiry, but for searches, exports and the like.'),
        ),
        migrations.AddField(
            model_name='team',
            name='members',
            field=models.ManyToManyField(blank=True, related_name='enquiry_teams', to=settings.AUTH_USER_MODEL, verbose_name='members'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='team',
            field=models.ForeignKey(default=enquiries.models.team.default_team, on_delete=django.db.models.deletion.PROTECT, related_name='enquiries', to='enquiries.team', verbose_name='team'),
        ),
    ]
