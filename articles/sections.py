"""News and resources, and what stands beside their pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Resource
from core.content import Period
from publishing.models import Edition
from publishing.reading import related
from publishing.sections import Section, register


def read_next(edition: Edition, period: Period) -> dict[str, Any]:
    """Find stories and resources to read next, and the parts of the series: at most two queries."""
    found = related(edition, period=period)
    series = edition.details.get("series")
    return {
        "related": found[Article.section],
        "resources": found[Resource.section],
        "parts": period.once(("parts", series["slug"]), lambda: parts_of(series["slug"])) if series else [],
    }


def parts_of(series: str) -> list[Edition]:
    """What is live of a series, in the order of its parts."""
    live = Edition.objects.live(at=timezone.now()).labelled("series", series)
    return list(live.order_by("details__series__position", "pk").only("title", "path"))


NEWS = register(Section(Article.section, _("News"), "articles:news", read_next, offered=3))
RESOURCES = register(Section(Resource.section, _("Knowledge"), "articles:resources", read_next, offered=3))
