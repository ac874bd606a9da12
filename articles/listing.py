"""The context of a list page: a page of editions, its filters and its pager."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Value
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.content import Period, period_of
from core.http import with_query
from publishing.models import Edition, EditionLabel
from publishing.models.edition import EditionQuerySet
from publishing.reading import newest, with_each_picture_once
from publishing.sections import Section

PER_PAGE = 12
NEWEST_FIRST = ["-dated_on", "-live_from", "-pk"]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list: its GET parameter, and `(value, words)` of its choices."""

    parameter: str
    heading: str
    #: The words of the first choice, which narrows nothing.
    all_words: str
    choices: list[tuple[str, Any]]
    #: How its choice stands in the title of a list, such as "on %s".
    phrase: str = "%s"
    #: The kind of label that holds its value; the edition's own kind without one.
    label: str = ""
    #: The value that fits every choice, if there is one.
    fits_all: str = ""

    def asked(self, query: QueryDict) -> str:
        """The chosen value, or "" for all. Raises Http404 for an unknown value."""
        value = query.get(self.parameter, "")
        if value and value not in dict(self.choices):
            raise Http404
        return value

    def words(self, value: str) -> str:
        return capfirst(dict(self.choices)[value]) if value else self.all_words

    def narrow(self, editions: EditionQuerySet, section: str, value: str) -> EditionQuerySet:
        """Those of a section that fit the value, found without a join: so an index can give their order or number."""
        if not value:
            return editions
        if not self.label:
            return editions.filter(kind=value)
        labels = EditionLabel.objects.filter(kind=self.label, slug__in={value, self.fits_all} - {""}, section=section)
        return editions.filter(pk__in=labels.values("edition_id"))


class EditionPaginator(Paginator):
    """A paginator with a known total, which reads only the rows of its page. `order` repeats the queryset's order.

    `lead` is the key of an edition that is counted as the first of all. It stands above the list, as `lead_story`.
    """

    object_list: EditionQuerySet
    lead_story: Edition | None = None

    def __init__(self, editions: EditionQuerySet, *, total: int, order: list[str], lead: int | None = None):
        super().__init__(editions, PER_PAGE)
        self.count, self.order, self.lead = total, order, lead

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        if number == 1:
            return Page(self._first_page(), number, self)
        editions = self.object_list.exclude(pk=self.lead) if self.lead else self.object_list
        start = (number - 1) * PER_PAGE - (1 if self.lead else 0)
        # The subquery skips the earlier pages without reading their rows.
        keys = editions.values("pk")[start : start + PER_PAGE]
        found = Edition.objects.filter(pk__in=keys).order_by(*self.order).for_lists()
        return Page(with_each_picture_once(found, shown=set()), number, self)

    def _first_page(self) -> list[Edition]:
        rows = list(self.object_list.for_lists()[:PER_PAGE])
        if self.lead:
            # It is mostly the newest, which the list brings along.
            brought = [edition for edition in rows if edition.pk == self.lead]
            lead = brought or list(Edition.objects.filter(pk=self.lead).for_lists())
            rows = [*lead, *(edition for edition in rows if edition.pk != self.lead)][:PER_PAGE]
        rows = with_each_picture_once(rows, shown=set())
        if self.lead and rows:
            self.lead_story, *rows = rows
        return rows


def page_of(
    request: HttpRequest,
    editions: EditionQuerySet,
    *,
    total: int,
    order: list[str] = NEWEST_FIRST,
    parameters: dict[str, str] | None = None,
    lead: int | None = None,
) -> dict[str, Any]:
    """`page_obj`, `total`, `lead_story` and the links of the pager. Raises Http404 for an unknown page."""
    asked = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,6}", asked):
        raise Http404
    try:
        paginator = EditionPaginator(editions, total=total, order=order, lead=lead)
        page = paginator.page(asked)
    except EmptyPage as error:
        raise Http404 from error

    def link(number: int | str) -> dict | None:
        """None stands for a gap."""
        if number == page.paginator.ELLIPSIS:
            return None
        url = with_query(request.path, **parameters or {}, page=number)
        return {"number": number, "url": url, "is_current": number == page.number}

    return {
        "page_obj": page,
        "lead_story": paginator.lead_story,
        "total": total,
        "page_links": [
            link(number) for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        ],
        "previous": link(page.number - 1) if page.has_previous() else None,
        "next": link(page.number + 1) if page.has_next() else None,
    }


def counts_of(filters: list[Filter], asked: dict[str, str], *, section: str, at: datetime) -> dict[str, Counter[str]]:
    """How many fit each choice of each filter, given what is asked of the others; "" holds them all.

    One query, which the database answers from indexes. It grows with the site, so it runs once a period.
    """
    parts: list[Any] = []
    for filter in filters:
        live = Edition.objects.live(at=at).filter(section=section).order_by()
        for other in filters:
            if other is not filter:
                live = other.narrow(live, section, asked[other.parameter])
        name = Value(filter.parameter)
        parts.append(live.annotate(filter=name, value=Value("")).values_list("filter", "value"))
        if filter.label:
            labels = EditionLabel.objects.filter(kind=filter.label, section=section, edition__in=live.values("pk"))
            parts.append(labels.annotate(filter=name).values_list("filter", "slug"))
        else:
            parts.append(live.annotate(filter=name).values_list("filter", "kind"))
    first, *rest = [part.annotate(number=Count("pk")) for part in parts]
    counts: dict[str, Counter[str]] = {filter.parameter: Counter() for filter in filters}
    for parameter, value, number in first.union(*rest, all=True):
        counts[parameter][value] = number
    for filter in filters:
        for value, _words in filter.choices if filter.fits_all else []:
            counts[filter.parameter][value] += counts[filter.parameter][filter.fits_all]
    return counts


def lead_story(section: Section, period: Period) -> int | None:
    """The key of the story that staff chose for the top of the home page, or of the newest of the section."""
    chosen = [row["id"] for row in period.rows.get("lead_story", []) if row["section"] == section.key]
    return next(iter([*chosen, *newest(section.key, period=period)]), None)


def listing_context(
    request: HttpRequest, section: Section, *more_filters: Filter, opens_with_lead: bool = False
) -> dict[str, Any]:
    """Everything that `articles/listing.html` shows but its lead."""
    period, at, path = period_of(request), timezone.now(), section.path
    choices = [(row["slug"], row["name"]) for row in period.rows["topics"]]
    topics = Filter("topic", _("Topics"), _("All topics"), choices, _("on %s"), label="topic")
    filters = [topics, *more_filters]
    asked = {filter.parameter: filter.asked(request.GET) for filter in filters}

    # No other value gets here, so as many are kept as there are combinations of choices.
    name = ("counts", section.key, *asked.values())
    counts = period.once(name, lambda: counts_of(filters, asked, section=section.key, at=at))

    def options(filter: Filter) -> list[dict]:
        """All, and each choice with something behind it, given the other filters; the one in use stays."""
        found, current = counts[filter.parameter], asked[filter.parameter]
        return [
            {
                "label": filter.words(value),
                "url": with_query(path, **asked | {filter.parameter: value}),
                "count": found[value],
                "is_current": value == current,
            }
            for value in ["", *dict(filter.choices)]
            if found[value] or value in {"", current}
        ]

    editions = Edition.objects.live(at=at).filter(section=section.key)
    if topic := asked["topic"]:
        editions = editions.labelled("topic", topic, section=section.key)
    for filter in more_filters:
        editions = filter.narrow(editions, section.key, asked[filter.parameter])
    lead = lead_story(section, period) if opens_with_lead and not any(asked.values()) else None
    page = page_of(request, editions, total=counts["topic"][topic], parameters=asked, lead=lead)
    return {
        **page,
        "heading": section.label,
        "asked_for": _asked_for(filters, asked),
        "action_url": path,
        "filters": [
            {"parameter": filter.parameter, "heading": filter.heading, "options": found}
            for filter in filters
            if len(found := options(filter)) > 1
        ],
        "filters_in_use": [
            {"label": filter.words(value), "remove_url": with_query(path, **asked | {filter.parameter: ""})}
            for filter in filters
            if (value := asked[filter.parameter])
        ],
        "crumbs": [],
        "nav_current": path,
    }


def _asked_for(filters: list[Filter], asked: dict[str, str]) -> str:
    """What the filters ask for, in words: "interviews on Family courts"; empty without any."""
    if not any(asked.values()):
        return ""
    phrases = {
        filter.parameter: filter.phrase % dict(filter.choices)[value]
        for filter in filters
        if (value := asked[filter.parameter])
    }
    return " ".join([phrases.pop("kind", _("everything")), *phrases.values()])
