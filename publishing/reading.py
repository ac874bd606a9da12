"""What the public reads: editions by address, and what belongs beside them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from publishing.models import Edition, EditionLabel
from publishing.sections import all_sections

#: What to read next is sought by so many of a page's topics, and so many of each are looked at.
TOPICS_ASKED, LOOKED_AT = 3, 3


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


def related(edition: Edition, *, at: datetime) -> dict[str, list[Edition]]:
    """What to read next, by section, in one query: what shares most topics comes first, then the newest.

    The newest few of each topic and of each section are looked at, each found by walking one index.
    """
    topics = {topic["slug"] for topic in edition.topics}
    offered = {section.key: section.offered for section in all_sections() if section.offered}
    candidates: list[QuerySet] = []
    for section in offered:
        latest = Edition.objects.live(at=at).filter(section=section).exclude(document_id=edition.document_id)
        candidates.append(_ids(latest.order_by("-dated_on", "-live_from").values("pk")))
        for topic in edition.topics[:TOPICS_ASKED]:
            labels = EditionLabel.objects.live(at=at).filter(kind="topic", slug=topic["slug"], section=section)
            others = labels.exclude(edition__document_id=edition.document_id)
            candidates.append(_ids(others.order_by("-dated_on").values("edition_id")))
    first, *rest = candidates
    found = list(Edition.objects.filter(pk__in=first.union(*rest)).for_lists().order_by("-dated_on", "-pk"))
    # Sorting keeps the newest first among equals.
    found.sort(key=lambda other: len(topics.intersection(topic["slug"] for topic in other.topics)), reverse=True)
    return {
        section: [other for other in found if other.section == section][:number] for section, number in offered.items()
    }


def _ids(newest: QuerySet) -> QuerySet:
    """The first few of `newest`, as a query that can be part of a union: SQLite takes no limit there."""
    return Edition.objects.filter(pk__in=newest[:LOOKED_AT]).order_by().values("pk")
