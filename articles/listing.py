"""The context of a list page: a page of editions, its filters and its pager."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Value
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from core.content import Period
from publishing.models import Edition, EditionLabel
from publishing.models.edition import EditionQuerySet
from publishing.sections import Section

PER_PAGE = 12
NEWEST_FIRST = ["-dated_on", "-live_from", "-pk"]
_AROUND = 2


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list: its GET parameter and `(value, words)` of its choices."""

    parameter: str
    choices: list[tuple[str, Any]]
    any_words: Any

    def asked(self, query: QueryDict) -> str:
        """The chosen value, or "" for any. Raises Http404 for an unknown value."""
        value = query.get(self.parameter, "")
        if value and value not in dict(self.choices):
            raise Http404
        return value

    def options(self, current: str) -> list[dict]:
        choices = [("", self.any_words), *self.choices]
        return [{"value": value, "label": words, "is_current": value == current} for value, words in choices]


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
    editions: EditionQuerySet,
    query: QueryDict,
    path: str,
    *,
    total: int,
    parameters: dict[str, str] | None = None,
    order: list[str] = NEWEST_FIRST,
) -> dict[str, Any]:
    """`page_obj`, `total` and the links of the pager. Raises Http404 for an unknown page."""
    parameters = parameters or {}
    asked = query.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,6}", asked):
        raise Http404
    try:
        page = EditionPaginator(editions, total=total, order=order).page(asked)
    except EmptyPage as error:
        raise Http404 from error
    return {
        "page_obj": page,
        "total": total,
        "page_links": _page_links(page, path, parameters),
        "previous_url": address(path, **parameters, page=page.number - 1) if page.has_previous() else "",
        "next_url": address(path, **parameters, page=page.number + 1) if page.has_next() else "",
    }


def _page_links(page: Page, path: str, parameters: dict[str, str]) -> list[dict | None]:
    """First, last and the pages around the current one; None stands for a gap."""
    last = page.paginator.num_pages
    near = range(max(1, page.number - _AROUND), min(last, page.number + _AROUND) + 1)
    links: list[dict | None] = []
    before = 0
    for number in sorted({1, last, *near}):
        if number - before > 1:
            links.append(None)
        url = address(path, **parameters, page=number)
        links.append({"number": number, "url": url, "is_current": number == page.number})
        before = number
    return links


def counts_of(section: str, *, at: datetime) -> dict[str, int]:
    """Count the live editions of a section by topic; "" holds the total. Grows with the site: runs once a period."""
    live = Edition.objects.live(at=at).filter(section=section).order_by()
    # No join, so the database reads both from an index.
    labels = EditionLabel.objects.filter(kind="topic", section=section, edition__in=live.values("pk"))
    total = live.annotate(slug=Value("")).values_list("slug").annotate(number=Count("pk"))
    return dict(labels.values_list("slug").annotate(number=Count("pk")).union(total, all=True))


def topics_of(counts: dict[str, int], topics: list[dict], *, path: str, current: str, **parameters: str) -> list[dict]:
    """Every topic that has editions in the section, with their number; the first row is "All topics".

    Raises Http404 when `current` is no topic.
    """
    rows: list[dict] = [
        {"name": _("All topics"), "url": address(path, **parameters), "count": None, "is_current": not current}
    ]
    for topic in topics:
        if counts.get(topic["slug"]) or topic["slug"] == current:
            rows.append(
                {
                    **topic,
                    "url": address(path, topic=topic["slug"], **parameters),
                    "count": counts.get(topic["slug"], 0),
                    "is_current": topic["slug"] == current,
                }
            )
    if current and not any(row["is_current"] for row in rows):
        raise Http404
    return rows


def listing_context(
    section: Section, *, period: Period, at: datetime, query: QueryDict, kinds: Filter, audiences: Filter | None = None
) -> dict[str, Any]:
    """Everything `articles/listing.html` shows below its heading."""
    path = section.path
    topic, kind = query.get("topic", ""), kinds.asked(query)
    audience = audiences.asked(query) if audiences else ""
    rest = {"kind": kind, "for": audience}
    everything = {"topic": topic, **rest}
    counts = period.once(("counts", section.key), lambda: counts_of(section.key, at=at))
    topics = topics_of(counts, period.rows["topics"], path=path, current=topic, **rest)
    editions = Edition.objects.live(at=at).filter(section=section.key)
    if topic:
        editions = editions.labelled("topic", topic, section=section.key)
    if kind:
        editions = editions.filter(kind=kind)
    if audience:
        # A subquery, so that the index of the topic still gives the order.
        editions = editions.filter(pk__in=Edition.objects.labelled("audience", audience).order_by().values("pk"))
    if kind or audience:
        total = period.once(("total", section.key, *everything.values()), editions.count)
    else:
        total = counts.get(topic, 0)
    labels = {"topic": next((row["name"] for row in topics if topic and row["is_current"]), "")}
    labels["kind"] = dict(kinds.choices).get(kind, "")
    labels["for"] = dict(audiences.choices).get(audience, "") if audiences else ""
    return {
        **page_of(editions, query, path, total=total, parameters=everything),
        "action_url": path,
        "topics": topics,
        "topic_current": topic,
        "kinds": kinds.options(kind),
        "audiences": audiences.options(audience) if audiences else [],
        "filters_in_use": [
            {"label": labels[name], "remove_url": address(path, **{**everything, name: ""})}
            for name, value in everything.items()
            if value
        ],
    }
