from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0007_states_of_the_desk")]

    operations = [
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['new', 'open', 'waiting', 'closed'])), name='enquiry_state_known', violation_error_message='Choose one of the states: new, open, waiting or closed.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('outcome', '')), _connector='OR'), name='enquiry_outcome_exactly_when_closed', violation_error_message='Choose an outcome to close it. One that is not closed has none.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), ('waiting_until__isnull', False)), models.Q(models.Q(('state', 'waiting'), _negated=True), ('waiting_until__isnull', True)), _connector='OR'), name='enquiry_waiting_until_exactly_when_waiting', violation_error_message='Choose the day until which it waits. One that does not wait has none.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__lte', 3)), name='enquiry_urgency_known', violation_error_message='Choose one of the degrees of urgency.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('is_quarantined', False), models.Q(('quarantine_reason', ''), _negated=True), _connector='OR'), name='enquiry_quarantined_for_a_reason', violation_error_message='A quarantined enquiry says why.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('shared_with__isnull', True), ('is_restricted', True), _connector='OR'), name='enquiry_shared_when_restricted', violation_error_message='Only a restricted enquiry is shared with one officer.'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('outcome', 'repeat'), _connector='OR'), name='enquiry_merged_when_a_repeat', violation_error_message='An enquiry that repeats another is closed as a repeat.'),
        ),
    ]
