"""The section of standing pages, and the context of its pages."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.content import Period
from pages.helplines import Choice, help_context
from pages.layout import layout_for_period
from pages.models import StandingPage
from publishing.models import Edition
from publishing.sections import Section, register
from publishing.share import site_name_from


def standing_page_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Crumbs to the page above it, if there is one: one query for a page under another."""
    first, _slash, rest = edition.path.strip("/").partition("/")
    above = (
        Edition.objects.live(at=timezone.now()).filter(path=f"/{first}/").only("title", "path", "language")
        if rest
        else []
    )
    context = {
        "crumbs": [{"label": page.title, "url": page.path, "lang": page.lang} for page in above],
        "nav_current": edition.path,
    }
    if edition.path == reverse("pages:help"):
        # In a preview too, which knows no choice.
        context |= help_context(layout_for_period(period).helplines, Choice())
    return context


STANDING = register(Section(StandingPage.section, _("Pages"), "", standing_page_context, og_type="website"))

site_name_from(lambda period: layout_for_period(period).site["name"])
