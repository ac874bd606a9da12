"""What the public reads: editions by address, and what belongs beside them."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache

from django.db.models import BigIntegerField, CharField, DateTimeField, F, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404

from core.json_rows import JsonRows
from core.prepared import Param, PreparedQuery, Row
from publishing.models import Edition, EditionLabel


class Gone(Http404):
    """The page was public once and is not any more. Answered with 410."""


class Moved(Exception):
    """The page has another address now: `path`. Answered with 301."""

    def __init__(self, path: str):
        super().__init__(path)
        self.path = path


#: What a page is made of (`body_text` is for search), and what a card is.
_PAGE_FIELDS = [field.attname for field in Edition._meta.concrete_fields if field.attname != "body_text"]
_CARD_FIELDS = [
    "id", "section", "kind_label", "path", "title", "standfirst", "reading_minutes", "extent", "picture", "topics",
]  # fmt: skip
#: Moments and days as text: SQLite's driver would make Python's of each, and most are never looked at.
_CARD_TEXTS = {"day": Cast("dated_on", CharField()), "taken": Cast("taken_at", CharField())}
#: Stories are sought by so many of the page's topics, and so many of each are looked at.
_TOPICS_ASKED, _LOOKED_AT = 3, 3

_at = Param("at", DateTimeField())


class EditionRow(Row):
    """An edition as it is read: its columns, without the cost of a model."""

    __slots__ = ()

    @property
    def parts(self) -> list[dict]:
        """`{"title", "path"}` of the live parts of the page's series, in their order."""
        return json.loads(self.series_parts)


class CardRow(Row):
    """An edition as far as a card shows it."""

    __slots__ = ()

    @property
    def dated_on(self) -> date:
        return date.fromisoformat(self.as_given("day"))


#: A saved or unsaved edition, or one as it is read.
AnyEdition = Edition | EditionRow


def _live_page():
    parts = (
        EditionLabel.objects.live(at=_at)
        .filter(kind="series", slug=OuterRef("series_slug"))
        .order_by("edition__details__series__position")
        .values(title=F("edition__title"), path=F("edition__path"))
    )
    return (
        Edition.objects.live(at=_at)
        .filter(path=Param("path", CharField()))
        .order_by()
        .alias(
            series_slug=KT("details__series__slug"),
        )
        .values(*_PAGE_FIELDS, series_parts=JsonRows(parts))
    )


def _next_pages():
    """The newest few of each topic and of each section, each found by walking one index."""
    document = Param("document_id", BigIntegerField())
    candidates: list[QuerySet] = []
    for section in ("news", "resources"):
        for number in range(_TOPICS_ASKED):
            topic = Param(f"topic_{number}", CharField())
            labels = EditionLabel.objects.live(at=_at).filter(kind="topic", slug=topic, section=section)
            newest = labels.exclude(edition__document_id=document).order_by("-dated_on").values("pk")[:_LOOKED_AT]
            candidates.append(EditionLabel.objects.filter(pk__in=newest).order_by().values("edition_id"))
        others = Edition.objects.live(at=_at).filter(section=section).exclude(document_id=document)
        latest = others.order_by("-dated_on", "-live_from").values("pk")[:_LOOKED_AT]
        candidates.append(Edition.objects.filter(pk__in=latest).order_by().values("pk"))
    first, *rest = candidates
    return (
        Edition.objects.filter(pk__in=first.union(*rest))
        .order_by("-dated_on", "-pk")
        .values(*_CARD_FIELDS, **_CARD_TEXTS)
    )


_live_page_query = PreparedQuery(_live_page, row=EditionRow)
_next_pages_query = PreparedQuery(_next_pages, row=CardRow)


def find(path: str, *, at: datetime) -> EditionRow:
    """The edition that is public at `path` at that moment, in one query.

    Raises `Http404` when nothing ever was, `Moved` when the document that was has another address now, and `Gone`
    when it is not public any more.
    """
    for edition in _live_page_query.rows(at=at, path=path):
        return edition
    last = Edition.objects.over(at=at).filter(path=path).order_by("-live_until").only("document_id").first()
    if last is None:
        raise Http404
    now_at = Edition.objects.live(at=at).filter(document_id=last.document_id).values_list("path", flat=True).first()
    if now_at is None:
        raise Gone
    raise Moved(now_at)


@lru_cache(maxsize=1024)
def _slugs(topics: str) -> frozenset[str]:
    """Of a row's JSON: a site has few sets of topics, and a page looks at a dozen."""
    return frozenset(topic["slug"] for topic in json.loads(topics))


def related(
    edition: AnyEdition, *, at: datetime, stories: int = 3, resources: int = 3
) -> tuple[list[CardRow], list[CardRow]]:
    """Stories and resources to read next, in one query: those that share most topics, then the newest."""
    slugs = [topic["slug"] for topic in edition.topics]
    asked = [*slugs[:_TOPICS_ASKED], *[""] * _TOPICS_ASKED][:_TOPICS_ASKED]
    topics = {f"topic_{number}": slug for number, slug in enumerate(asked)}
    found = _next_pages_query.rows(at=at, document_id=edition.document_id, **topics)
    # They come the newest first, and sorting keeps that order among equals.
    found.sort(key=lambda other: len(_slugs(other.as_given("topics")).intersection(slugs)), reverse=True)
    return (
        [other for other in found if other.section == "news"][:stories],
        [other for other in found if other.section == "resources"][:resources],
    )
