"""The sections news and resources, and the context of their pages."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Resource
from core.content import Period
from publishing.models import Edition
from publishing.reading import related
from publishing.sections import Section, register

#: Law and advice change: readers are told of what is older.
OLD_AFTER = timedelta(days=4 * 365 + 1)


def is_old(edition: Edition) -> bool:
    """Whether it was written, and last reviewed, more than four years ago. Pages are made anew every midnight."""
    last_looked_at = max(edition.dated_on, edition.details.get("reviewed_on") or edition.dated_on)
    return last_looked_at < timezone.localdate() - OLD_AFTER


def article_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Stories and resources to read next, and the parts of the series: at most two queries."""
    next_reads = related(edition, period=period)
    series = edition.details.get("series")
    return {
        "related": next_reads[Article.section],
        "resources": next_reads[Resource.section],
        "is_old": is_old(edition),
        "parts": period.once(("parts", series["slug"]), lambda: parts_of(series["slug"])) if series else [],
    }


def parts_of(series: str) -> list[Edition]:
    """The live parts of a series, in order."""
    live = Edition.objects.live(at=timezone.now()).labelled("series", series)
    return list(live.order_by("details__series__position", "pk").only("title", "path", "language"))


NEWS = register(Section(Article.section, _("News"), "articles:news", article_context, offered=3))
RESOURCES = register(Section(Resource.section, _("Knowledge"), "articles:resources", article_context, offered=3))
