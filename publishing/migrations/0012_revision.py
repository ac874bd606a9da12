"""Documents count their changes, and an edition says which count it was taken from."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone


def mark_changed(apps, schema_editor):
    """Whatever reads "Changed since" today goes on doing so: editions are at 1, what was changed after them is at 2."""
    document, edition = (apps.get_model("publishing", name).objects for name in ("Document", "Edition"))
    now = timezone.now()
    mine = edition.filter(document_id=OuterRef("pk"))
    is_not_over = Q(live_until__isnull=True) | (Q(live_until__gt=F("live_from")) & Q(live_until__gt=now))
    following = mine.filter(is_not_over, live_from__gt=now).order_by("live_from")
    live = mine.filter(is_not_over, live_from__lte=now)
    taken_at = Coalesce(Subquery(following.values("taken_at")[:1]), Subquery(live.values("taken_at")[:1]))
    changed = document.annotate(taken_at=taken_at).filter(updated_at__gt=F("taken_at"))
    document.filter(pk__in=list(changed.values_list("pk", flat=True))).update(revision=2)


def remove_triggers(apps, schema_editor):
    """SQLite has lost them before `migrate` began."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS publishing_document_changed() CASCADE")
        schema_editor.execute("DROP FUNCTION IF EXISTS publishing_part_changed() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0011_topics_are_listed_by_day")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="revision",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="revision"),
        ),
        migrations.AddField(
            model_name="edition",
            name="revision",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.RunPython(mark_changed, remove_triggers),
    ]
