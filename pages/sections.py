"""Standing pages, and the way to them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.content import Period
from pages.models import StandingPage
from publishing.models import Edition
from publishing.sections import Section, register


def beside_standing_page(edition: Edition, period: Period) -> dict[str, Any]:
    """The page above it, if there is one: one query for a page that stands under another."""
    first, _slash, rest = edition.path.strip("/").partition("/")
    above = Edition.objects.live(at=timezone.now()).filter(path=f"/{first}/").only("title", "path") if rest else []
    return {
        "crumbs": [{"label": page.title, "url": page.path} for page in above],
        "nav_current": edition.path,
    }


STANDING = register(Section(StandingPage.section, _("Pages"), "", beside_standing_page, og_type="website"))
