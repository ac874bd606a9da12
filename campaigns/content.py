"""Registers what readers' pages show of this app (`core.content`)."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT

from campaigns.models import Banner, Campaign
from core.content import moments, shared, watch
from publishing.models import Edition

watch(Banner)
moments(Banner, "starts_at", "ends_at")


@shared("banners")
def banners(at: datetime) -> QuerySet:
    """The newest first, only while their campaign's page is live."""
    live = Edition.objects.live(at=at).filter(document_id=OuterRef("campaign_id")).values("path")[:1]
    shown = Banner.objects.live(at=at).annotate(path=Subquery(live)).filter(path__isnull=False)
    return shown.order_by("-starts_at", "-pk").values("text", "link_text", "shown_on", "path")


@shared("campaigns")
def campaigns(at: datetime) -> QuerySet:
    """The campaigns whose page is live, with their days as ISO text."""
    live = Edition.objects.live(at=at).filter(section=Campaign.section)
    days = {name: KT(f"details__{name}") for name in ("hashtag", "opens_on", "closes_on")}
    return live.values("path", "language", "title", "standfirst", **days)
