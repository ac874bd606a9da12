"""The sections news and resources, and the context of their pages."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Resource
from core.content import Period
from publishing.models import Edition
from publishing.reading import choose, pictures_of, related
from publishing.sections import Section, register

#: Law and advice change: readers are told of what is older.
OLD_AFTER = timedelta(days=4 * 365 + 1)


def is_old(edition: Edition) -> bool:
    """Whether it was written, and last reviewed, more than four years ago. Pages are made anew every midnight."""
    last_looked_at = max(edition.dated_on, edition.details.get("reviewed_on") or edition.dated_on)
    return last_looked_at < timezone.localdate() - OLD_AFTER


def article_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Stories and resources to read next, and the parts of the series: at most two queries."""
    found = related(edition, period=period)
    shown = pictures_of(edition)
    return {
        "related": choose(found[NEWS.key], number=NEWS.offered, shown=shown),
        "resources": choose(found[RESOURCES.key], number=RESOURCES.offered, shown=shown),
        "is_old": is_old(edition),
        **series_context(edition, period),
    }


def series_context(edition: Edition, period: Period) -> dict[str, Any]:
    """The parts of the series, and those before and after this one, which a preview does not find among them."""
    series = edition.details.get("series")
    if not series:
        return {"parts": []}
    parts = period.once(("parts", series["slug"]), lambda: parts_of(series["slug"]))
    position = series["position"]
    return {
        "parts": parts,
        "part_count": max([position, *(part.part for part in parts)]),
        "previous_part": next((part for part in reversed(parts) if part.part < position), None),
        "next_part": next((part for part in parts if part.part > position), None),
    }


def parts_of(series: str) -> list[Edition]:
    """The live parts of a series, in order."""
    live = Edition.objects.live(at=timezone.now()).labelled("series", series)
    return list(live.for_lists().order_by("details__series__position", "pk"))


def resource_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Stories, which stand there as text, and other resources to read next: at most one query."""
    found = related(edition, period=period)
    return {
        "related": found[NEWS.key][: NEWS.offered],
        "resources": choose(found[RESOURCES.key], number=RESOURCES.offered, shown=pictures_of(edition)),
        "is_old": is_old(edition),
    }


NEWS = register(Section(Article.section, _("News"), "articles:news", article_context, offered=3))
RESOURCES = register(Section(Resource.section, _("Knowledge"), "articles:resources", resource_context, offered=3))
