"""What the public reads: editions by address, and what belongs beside them."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from core.content import Period
from publishing.models import Edition, EditionLabel
from publishing.sections import all_sections

#: What to read next is sought by so many of a page's topics, and so many of each are looked at: one may be the page.
TOPICS_ASKED, LOOKED_AT = 3, 4


class Gone(Http404):
    """The page was public once and is not any more. Answered with 410."""


class Moved(Exception):
    """The page has another address now: `path`. Answered with 301."""

    def __init__(self, path: str):
        super().__init__(path)
        self.path = path


def find(path: str, *, at: datetime) -> Edition:
    """The edition that is public at `path` at that moment, in one query.

    Raises `Http404` when nothing ever was, `Moved` when the document that was has another address now, and `Gone`
    when it is not public any more.
    """
    # At most one is live at a path, so there is nothing to order. `body_text` is for search.
    for edition in Edition.objects.live(at=at).filter(path=path).defer("body_text").order_by():
        return edition
    last = Edition.objects.over(at=at).filter(path=path).order_by("-live_until").only("document_id").first()
    if last is None:
        raise Http404
    now_at = Edition.objects.live(at=at).filter(document_id=last.document_id).values_list("path", flat=True).first()
    if now_at is None:
        raise Gone
    raise Moved(now_at)


def related(edition: Edition, *, period: Period) -> dict[str, list[Edition]]:
    """Find what to read next, by section: what shares most topics comes first, then the newest.

    The newest few of each topic and of each section are asked for once a period.
    """
    topics = [topic["slug"] for topic in edition.topics]
    offered = {section.key: section.offered for section in all_sections() if section.offered}
    wanted = [(section, topic) for section in offered for topic in [*topics[:TOPICS_ASKED], ""]]
    newest: dict[tuple[str, str], list[Edition]] = period.once("newest", dict)
    if missing := [pair for pair in wanted if pair not in newest]:
        newest |= _newest(missing)
    found = {other.pk: other for pair in wanted for other in newest[pair] if other.document_id != edition.document_id}
    ranked = sorted(found.values(), key=lambda other: (_shared(other, topics), *_age(other)), reverse=True)
    return {
        section: [other for other in ranked if other.section == section][:number] for section, number in offered.items()
    }


def _newest(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], list[Edition]]:
    """The newest few of each section and topic, "" for any, in one query that walks one index for each of them."""
    live = Edition.objects.live(at=timezone.now())
    labels = EditionLabel.objects.live(at=timezone.now()).filter(kind="topic").order_by("-dated_on")
    branches = []
    for section, topic in pairs:
        ids: QuerySet = live.filter(section=section).order_by("-dated_on", "-live_from").values("pk")
        if topic:
            ids = labels.filter(section=section, slug=topic).values("edition_id")
        # One level deeper: SQLite takes no limit in a part of a union.
        branches.append(Edition.objects.filter(pk__in=ids[:LOOKED_AT]).order_by().values("pk"))
    first, *rest = branches
    found = sorted(Edition.objects.filter(pk__in=first.union(*rest)).for_lists().order_by(), key=_age, reverse=True)
    return {
        (section, topic): [
            other for other in found if other.section == section and (not topic or _shared(other, [topic]))
        ][:LOOKED_AT]
        for section, topic in pairs
    }


def _age(edition: Edition) -> tuple[date, int]:
    return edition.dated_on, edition.pk


def _shared(edition: Edition, topics: list[str]) -> int:
    """How many of the topics it is filed under."""
    return sum(topic["slug"] in topics for topic in edition.topics)
