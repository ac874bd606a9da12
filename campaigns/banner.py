"""The banner of a page: which sentence about which campaign stands on top of it, if any."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact

from campaigns.models import Banner
from publishing.models.edition import live_condition

READING = ("/news/", "/resources/", "/topics/", "/authors/", "/series/", "/campaigns/")


def banner_rows(*, at: datetime | Combinable, path: str | Combinable) -> QuerySet:
    """`text`, `link_text` and `path` of the banners for the page at `path`, newest first.

    Only while the campaign's page is live, and never on that page itself. Both arguments may be `core.prepared.Param`s.
    """
    asked = Value(path, output_field=CharField()) if isinstance(path, str) else path
    # At most one edition of a campaign is live, so a banner is never doubled.
    live = FilteredRelation("campaign__editions", condition=live_condition(at, edition="campaign__editions__"))
    is_reading = Q(asked="/")
    for start in READING:
        is_reading |= Q(asked__startswith=start)
    return (
        Banner.objects.live(at=at)
        .alias(asked=asked, target=live)
        .filter(~Exact(F("target__path"), F("asked")), target__path__isnull=False)
        .filter(
            Q(shown_on=Banner.Pages.ALL)
            | Q(shown_on=Banner.Pages.HOME, asked="/")
            | Q(is_reading, shown_on=Banner.Pages.READING)
        )
        .order_by("-starts_at", "-pk")
        .values("text", "link_text", path=F("target__path"))
    )
