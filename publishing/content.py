"""What readers' pages show of this room (`core.content`)."""

from datetime import datetime

from django.db.models import QuerySet

from core.content import moment, shared, watch
from publishing.models import Edition, EditionLabel, Helpline, Image, MediaFile, Topic

watch(Edition, EditionLabel, Helpline, Image, MediaFile, Topic)


@shared("helplines")
def helplines(at: datetime) -> QuerySet:
    return Helpline.objects.values("name", "note", "number", "is_emergency", "shown_in")


@shared("topics")
def topics(at: datetime) -> QuerySet:
    return Topic.objects.values("name", "slug")


@moment
def edition_begins(at: datetime) -> QuerySet:
    return Edition.objects.filter(live_from__gt=at).order_by("live_from").values("live_from")[:1]


@moment
def edition_ends(at: datetime) -> QuerySet:
    return Edition.objects.filter(live_until__gt=at).order_by("live_until").values("live_until")[:1]
