"""Statistics are a list of rows, not twelve numbered columns."""

from django.db import migrations, models

NUMBERS = range(1, 5)


def to_rows(apps, schema_editor):
    for block in apps.get_model("publishing", "Statistics").objects.all():
        block.figures = [
            {"value": value, "label": label, "amount": None if amount is None else float(amount)}
            for value, label, amount in (
                (getattr(block, f"value_{number}"), getattr(block, f"label_{number}"), getattr(block, f"amount_{number}"))
                for number in NUMBERS
            )
            if value
        ]
        block.save(update_fields=["figures"])


def to_columns(apps, schema_editor):
    """The fifth figure and those after it have no columns to go to."""
    for block in apps.get_model("publishing", "Statistics").objects.all():
        for number, row in zip(NUMBERS, block.figures, strict=False):
            for name, value in row.items():
                setattr(block, f"{name}_{number}", value)
        block.save()


def numbered_fields():
    for number in NUMBERS:
        yield f"value_{number}", models.CharField(blank=True, max_length=20, verbose_name=f"figure {number}")
        yield f"label_{number}", models.CharField(blank=True, max_length=160, verbose_name="what it is")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0012_revision")]

    operations = [
        migrations.AddField("statistics", "figures", models.JSONField(default=list, verbose_name="figures")),
        # On the way back a column must bear to be empty until its row is written.
        *(migrations.AlterField("statistics", name, field) for name, field in numbered_fields()),
        migrations.RunPython(to_rows, to_columns),
        *(
            migrations.RemoveField("statistics", f"{name}_{number}")
            for number in NUMBERS
            for name in ("value", "label", "amount")
        ),
    ]
