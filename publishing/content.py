"""Registers what readers' pages show of this app (`core.content`)."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from core.content import moments, shared, watch
from publishing.models import Edition, EditionLabel, Helpline, Image, MediaFile, Topic
from publishing.sections import all_sections

watch(Edition, EditionLabel, Helpline, Image, MediaFile, Topic)
moments(Edition, "live_from", "live_until")


_NOT_SHOWN = {"id", "position"}
shared(
    "helplines",
    Helpline.objects.values(*(field.name for field in Helpline._meta.fields if field.name not in _NOT_SHOWN)),
)
shared("topics", Topic.objects.values("name", "slug"))


@shared("translations")
def translations(at: datetime) -> QuerySet:
    """Each live page that is a translation, beside the page it was made from where that is live too."""
    live = Edition.objects.live(at=at)
    original = live.filter(document=OuterRef("translation_of")).order_by()
    return (
        live.filter(translation_of__isnull=False)
        .annotate(
            original_path=Subquery(original.values("path")[:1]),
            original_language=Subquery(original.values("language")[:1]),
        )
        .order_by("language", "path")
        .values("document_id", "translation_of_id", "path", "language", "original_path", "original_language")
    )


@shared("newest_of_topics")
def newest_of_topics(at: datetime) -> QuerySet:
    """For each topic the newest pages of every section that is offered to read next, as `<section>_<number>`.

    Each is looked up by itself: that walks a few steps of an index, however many pages the topic has. They are twice as
    many as are offered, so that some can be passed over.
    """
    labels = EditionLabel.objects.live(at=at).filter(kind="topic", slug=OuterRef("slug"))
    newest = labels.order_by("-dated_on", "-edition_id").values("edition_id")
    picks = {
        f"{section.key}_{number}": Subquery(newest.filter(section=section.key)[number : number + 1])
        for section in all_sections()
        if section.offered
        for number in range(2 * section.offered)
    }
    return Topic.objects.annotate(**picks).values("slug", *picks)
