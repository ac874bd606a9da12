"""The section of standing pages, and the context of its pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.content import Period
from pages.layout import layout_for_period
from pages.models import StandingPage
from publishing.models import Edition
from publishing.sections import Section, register
from publishing.share import site_name_from


def standing_page_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Crumbs to the page above it, if there is one: one query for a page under another."""
    first, _slash, rest = edition.path.strip("/").partition("/")
    above = Edition.objects.live(at=timezone.now()).filter(path=f"/{first}/").only("title", "path") if rest else []
    return {
        "crumbs": [{"label": page.title, "url": page.path} for page in above],
        "nav_current": edition.path,
    }


STANDING = register(Section(StandingPage.section, _("Pages"), "", standing_page_context, og_type="website"))

site_name_from(lambda period: layout_for_period(period).site["name"])
