import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.encryption
import core.references


class Migration(migrations.Migration):
    dependencies = [
        ("enquiries", "0023_monthly_counts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RightsRequest',
            fields=[
                ('reference', models.CharField(default=core.references.new_reference, editable=False, max_length=8, primary_key=True, serialize=False, verbose_name='reference')),
                ('kind', models.CharField(choices=[('access', 'Access: what do you hold about me?'), ('erasure', 'Erasure: delete what you hold about me')], max_length=8, verbose_name='what is asked')),
                ('received_on', models.DateField(help_text='The 28 days begin on this day.', verbose_name='letter came on')),
                ('due_on', models.DateField(editable=False, verbose_name='answer by')),
                ('name', core.encryption.EncryptedTextField(associated='reference', verbose_name='who asks')),
                ('email', core.encryption.EncryptedTextField(associated='reference', blank=True, help_text='As they gave it to us.', verbose_name='email address to look for')),
                ('phone', core.encryption.EncryptedTextField(associated='reference', blank=True, verbose_name='telephone number to look for')),
                ('references', core.encryption.EncryptedTextField(associated='reference', blank=True, help_text='Separated by spaces or commas.', verbose_name='references they name')),
                ('letter', core.encryption.EncryptedTextField(associated='reference', blank=True, help_text='In their words, and how to answer them safely.', verbose_name='what they wrote')),
                ('identity_note', core.encryption.EncryptedTextField(associated='reference', blank=True, verbose_name='how their identity was checked')),
                ('chosen', core.encryption.EncryptedTextField(associated='reference', blank=True, verbose_name='enquiries chosen')),
                ('with_third_parties', models.BooleanField(default=False, verbose_name='what they wrote about other people')),
                ('with_safe_contact', models.BooleanField(default=False, verbose_name='safe-contact answers')),
                ('with_staff_notes', models.BooleanField(default=False, verbose_name='notes and replies of staff')),
                ('identity_checked_at', models.DateTimeField(editable=False, null=True, verbose_name='identity checked')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='approved')),
                ('seconded_at', models.DateTimeField(editable=False, null=True, verbose_name='approved a second time')),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed')),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'Answered'), ('refused', 'Refused, and told why'), ('withdrawn', 'Withdrawn, or identity never shown')], editable=False, max_length=10, verbose_name='outcome')),
                ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('opened_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='opened by')),
                ('seconded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='second approver')),
            ],
            options={
                'verbose_name': 'request about rights',
                'verbose_name_plural': 'requests about rights',
                'ordering': ['due_on', 'reference'],
                'permissions': [('approve_rightsrequest', 'Can decide on requests about rights'), ('second_rightsrequest', 'Can approve requests about rights a second time')],
            },
        ),
        migrations.CreateModel(
            name='RightsFile',
            fields=[
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file', serialize=False, to='enquiries.rightsrequest')),
                ('content', core.encryption.EncryptedTextField(associated='request', verbose_name='file')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
            ],
            options={
                'verbose_name': 'file of a request',
                'verbose_name_plural': 'files of requests',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RightsStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'Request opened'), ('read', 'Request read'), ('identity', 'Identity checked'), ('searched', 'Looked for enquiries'), ('approved', 'Approved'), ('seconded', 'Approved a second time'), ('taken-back', 'Approval taken back'), ('made', 'File made'), ('downloaded', 'File downloaded'), ('expired', 'File expired'), ('erased', 'Enquiries erased'), ('held', 'Erasure stopped by a hold'), ('closed', 'Closed')], max_length=10, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='enquiries.rightsrequest')),
            ],
            options={
                'verbose_name': 'step of a request',
                'verbose_name_plural': 'steps of requests',
                'ordering': ['at', 'pk'],
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='rightsrequest',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), models.Q(('approved_by__isnull', False), ('identity_checked_at__isnull', False)), _connector='OR'), name='rights_approved_after_identity', violation_error_message='Check the identity before anything is approved.'),
        ),
        migrations.AddConstraint(
            model_name='rightsrequest',
            constraint=models.CheckConstraint(condition=models.Q(('seconded_at__isnull', True), models.Q(('approved_at__isnull', False), ('seconded_by__isnull', False)), _connector='OR'), name='rights_seconded_after_approved', violation_error_message='The second approval comes after the first.'),
        ),
        migrations.AddConstraint(
            model_name='rightsrequest',
            constraint=models.CheckConstraint(condition=models.Q(('seconded_by__isnull', True), models.Q(models.Q(('seconded_by', models.F('approved_by')), _negated=True), models.Q(('seconded_by', models.F('opened_by')), _negated=True)), _connector='OR'), name='rights_two_approvers', violation_error_message='The second approver has neither opened nor approved the request.'),
        ),
        migrations.AddConstraint(
            model_name='rightsrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='rights_outcome_exactly_when_closed', violation_error_message='A closed request has an outcome, and no other has.'),
        ),
    ]
