"""The door of an enquiry becomes its audience; what stands in it stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0003_events_without_a_reason")]

    operations = [
        migrations.RemoveConstraint(model_name="enquiry", name="enquiry_door_known"),
        migrations.RenameField(model_name="enquiry", old_name="door", new_name="audience"),
        migrations.AlterField(
            model_name="enquiry",
            name="audience",
            field=models.CharField(
                choices=[("families", "Families and young people"), ("professionals", "Professionals")],
                max_length=16,
                verbose_name="audience",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(audience__in=["families", "professionals"]),
                name="enquiry_audience_known",
                violation_error_message="Choose one of the audiences: families or professionals.",
            ),
        ),
    ]
