"""The strip of a page: which sentence about which campaign stands on top of it, if any."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable

from campaigns.models import Strip
from publishing.models import Edition

READING = ("/news/", "/resources/", "/topics/", "/authors/", "/series/", "/campaigns/")


def strip_rows(*, at: datetime | Combinable, path: str | Combinable) -> QuerySet:
    """`text`, `link_text` and `path` of the strips for the page at `path`, newest first.

    Only while the campaign's page is live, and never on that page itself. Both arguments may be `core.prepared.Param`s.
    """
    asked = Value(path, output_field=CharField()) if isinstance(path, str) else path
    target = Edition.objects.live(at=at).filter(document_id=OuterRef("campaign_id")).values("path")[:1]
    is_reading = Q(asked="/")
    for start in READING:
        is_reading |= Q(asked__startswith=start)
    return (
        Strip.objects.live(at=at)
        .alias(asked=asked)
        .annotate(path=Subquery(target))
        .filter(path__isnull=False)
        .exclude(path=F("asked"))
        .filter(
            Q(shown_on=Strip.Pages.ALL)
            | Q(shown_on=Strip.Pages.HOME, asked="/")
            | Q(is_reading, shown_on=Strip.Pages.READING)
        )
        .order_by("-starts_at", "-pk")
        .values("text", "link_text", "path")
    )
