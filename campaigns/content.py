"""Registers what readers' pages show of this app (`core.content`)."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT

from campaigns.models import Banner, Campaign
from core.content import moment, shared, watch
from publishing.models import Edition

watch(Banner)


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
    return live.values("path", "title", "standfirst", **days)


@moment
def banner_begins(at: datetime) -> QuerySet:
    return Banner.objects.filter(starts_at__gt=at).order_by("starts_at").values("starts_at")[:1]


@moment
def banner_ends(at: datetime) -> QuerySet:
    return Banner.objects.filter(ends_at__gt=at).order_by("ends_at").values("ends_at")[:1]
