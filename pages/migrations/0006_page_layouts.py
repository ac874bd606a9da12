"""Standing pages are texts or landing pages, and say whether they invite an enquiry."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0005_addresses_with_a_query'),
    ]

    operations = [
        migrations.AddField(
            model_name='standingpage',
            name='invites_enquiry',
            field=models.BooleanField(default=True, help_text='“Working together for children” at the end, unless the page shows the helplines. Take it off where people come with another question, such as a complaint or their privacy.', verbose_name='invites an enquiry'),
        ),
        migrations.AddField(
            model_name='standingpage',
            name='layout',
            field=models.CharField(choices=[('text', 'Text, with its contents and whom to ask beside it'), ('landing', 'Landing page, with cards, steps and people over the whole width')], default='text', help_text='On a landing page begin the body with cards shown as tasks, and keep the standfirst to one or two lines: then the first task is on the first screen of a phone. The picture is shown on wide screens only.', max_length=8, verbose_name='layout'),
        ),
        migrations.AlterField(
            model_name='standingpage',
            name='shows_helplines',
            field=models.BooleanField(default=False, help_text='One line at the top says where to ring now, and all helplines stand at the end.', verbose_name='shows the helplines'),
        ),
    ]
