"""Writes today's words into rows of before: read is open, closed was answered, and quarantined has a reason."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    rows = apps.get_model("enquiries", "Enquiry").objects.using(schema_editor.connection.alias)
    rows.filter(state="read").update(state="open")
    rows.filter(state="closed").update(outcome="answered")
    rows.filter(is_quarantined=True).update(quarantine_reason="unknown")
    # Their notices went out under the rules of before, or wait among the jobs.
    rows.filter(is_quarantined=False).update(told_at=F("received_at"))


def use_the_words_of_before(apps, schema_editor):
    rows = apps.get_model("enquiries", "Enquiry").objects.using(schema_editor.connection.alias)
    rows.filter(state__in=["open", "waiting"]).update(state="read")


class Migration(migrations.Migration):
    dependencies = [("enquiries", "0006_columns_of_the_desk")]

    operations = [migrations.RunPython(fill, use_the_words_of_before)]
