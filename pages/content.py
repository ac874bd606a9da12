"""Registers what readers' pages show of this app (`core.content`)."""

from datetime import datetime

from django.db.models import QuerySet

from core.content import shared, watch
from pages.models import Door, NavigationItem, SiteSettings, SocialLink
from publishing.models import Edition

#: Standing pages that templates link to. A new site has yet to write them.
LINKED = ("/staying-safe-online/", "/privacy/", "/complaints/")

watch(Door, NavigationItem, SiteSettings, SocialLink)


shared("settings", SiteSettings.objects.values(*(field.attname for field in SiteSettings._meta.fields)))
shared("navigation", NavigationItem.objects.values("menu", "label", "path"))
shared("social_links", SocialLink.objects.values("network", "url"))
shared("doors", Door.objects.values("title", "text", "path", "art"))


@shared("lead_story")
def lead_story(at: datetime) -> QuerySet:
    """The story that staff chose for the top of the home page, while it is live."""
    chosen = SiteSettings.objects.values("lead_story")
    return Edition.objects.live(at=at).filter(document__in=chosen).order_by().values("id", "section")


@shared("linked")
def linked(at: datetime) -> QuerySet:
    return Edition.objects.live(at=at).filter(path__in=LINKED).order_by().values("path")
