"""The context of a list page: a page of editions, its filters and its pager."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Value
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.content import period_of
from publishing.models import Edition, EditionLabel
from publishing.models.edition import EditionQuerySet
from publishing.sections import Section

PER_PAGE = 12
NEWEST_FIRST = ["-dated_on", "-live_from", "-pk"]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list: its GET parameter and `(value, words)` of its choices, that for "any" first."""

    parameter: str
    choices: list[tuple[str, Any]]

    def asked(self, query: QueryDict) -> str:
        """The chosen value, or "" for any. Raises Http404 for an unknown value."""
        value = query.get(self.parameter, "")
        if value not in dict(self.choices):
            raise Http404
        return value

    def options(self, current: str) -> list[dict]:
        return [{"value": value, "label": words, "is_current": value == current} for value, words in self.choices]


def address(path: str, **parameters: str | int) -> str:
    """`path` with those parameters that have a value; page 1 has no parameter, so every page has one address."""
    query = {name: value for name, value in parameters.items() if value and not (name == "page" and value == 1)}
    return f"{path}?{urlencode(query)}" if query else path


class EditionPaginator(Paginator):
    """A paginator with a known total, which reads only the rows of its page. `order` repeats the queryset's order."""

    object_list: EditionQuerySet

    def __init__(self, editions: EditionQuerySet, *, total: int, order: list[str]):
        super().__init__(editions, PER_PAGE)
        self.count, self.order = total, order

    def page(self, number: int | str) -> Page:
        page = super().page(number)
        editions = cast(EditionQuerySet, page.object_list)
        if page.number > 1:
            # The subquery skips the earlier pages without reading their rows.
            editions = Edition.objects.filter(pk__in=editions.values("pk")).order_by(*self.order)
        page.object_list = list(editions.for_lists())
        return page


def page_of(
    request: HttpRequest,
    editions: EditionQuerySet,
    *,
    total: int,
    order: list[str] = NEWEST_FIRST,
    parameters: dict[str, str] | None = None,
) -> dict[str, Any]:
    """`page_obj`, `total` and the links of the pager. Raises Http404 for an unknown page."""
    asked = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,6}", asked):
        raise Http404
    try:
        page = EditionPaginator(editions, total=total, order=order).page(asked)
    except EmptyPage as error:
        raise Http404 from error

    def link(number: int | str) -> dict | None:
        """None stands for a gap."""
        if number == page.paginator.ELLIPSIS:
            return None
        url = address(request.path, **parameters or {}, page=number)
        return {"number": number, "url": url, "is_current": number == page.number}

    return {
        "page_obj": page,
        "total": total,
        "page_links": [
            link(number) for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        ],
        "previous": link(page.number - 1) if page.has_previous() else None,
        "next": link(page.number + 1) if page.has_next() else None,
    }


def counts_of(section: str, *, at: datetime) -> dict[str, int]:
    """Count the live editions of a section by topic; "" holds the total. Grows with the site: runs once a period."""
    live = Edition.objects.live(at=at).filter(section=section).order_by()
    # No join, so the database reads both from an index.
    labels = EditionLabel.objects.filter(kind="topic", section=section, edition__in=live.values("pk"))
    total = live.annotate(slug=Value("")).values_list("slug").annotate(number=Count("pk"))
    return dict(labels.values_list("slug").annotate(number=Count("pk")).union(total, all=True))


def listing_context(
    request: HttpRequest, section: Section, kinds: Filter, audiences: Filter | None = None
) -> dict[str, Any]:
    """Everything that `articles/listing.html` shows but its lead."""
    period, at, path = period_of(request), timezone.now(), section.path
    topics = Filter("topic", [("", _("All topics")), *((row["slug"], row["name"]) for row in period.rows["topics"])])
    filters = [topics, kinds, *([audiences] if audiences else [])]
    asked = {filter.parameter: filter.asked(request.GET) for filter in filters}
    topic, kind, audience = asked["topic"], asked["kind"], asked.get("for", "")
    counts = period.once(("counts", section.key), lambda: counts_of(section.key, at=at))
    editions = Edition.objects.live(at=at).filter(section=section.key)
    if topic:
        editions = editions.labelled("topic", topic, section=section.key)
    if kind:
        editions = editions.filter(kind=kind)
    if audience:
        # A subquery, so that the index of the topic still gives the order.
        editions = editions.filter(pk__in=Edition.objects.labelled("audience", audience).order_by().values("pk"))
    if kind or audience:
        total = period.once(("total", section.key, topic, kind, audience), editions.count)
    else:
        total = counts.get(topic, 0)
    return {
        **page_of(request, editions, total=total, parameters=asked),
        "heading": section.label,
        "action_url": path,
        # Every topic with something in the section, and how much; the first leads back to all of them.
        "topics": [
            {
                "name": name,
                "url": address(path, **asked | {"topic": slug}),
                "count": counts.get(slug, 0) if slug else None,
                "is_current": slug == topic,
            }
            for slug, name in topics.choices
            if counts.get(slug) or slug in {"", topic}
        ],
        "topic_current": topic,
        "kinds": kinds.options(kind),
        "audiences": audiences.options(audience) if audiences else [],
        "filters_in_use": [
            {"label": dict(filter.choices)[value], "remove_url": address(path, **asked | {filter.parameter: ""})}
            for filter, value in zip(filters, asked.values(), strict=True)
            if value
        ],
        "crumbs": [],
        "nav_current": path,
    }
