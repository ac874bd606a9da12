"""Finds what the public reads: an edition by its address, and what to read next."""

from collections.abc import Iterable
from datetime import datetime

from django.http import Http404

from core.content import Period
from publishing.models import Edition
from publishing.sections import all_sections

#: So many topics of a page lead to what to read next.
MAX_TOPICS = 3


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
    last = Edition.objects.past(at=at).filter(path=path).order_by("-live_until").only("document_id").first()
    if last is None:
        raise Http404
    new_path = Edition.objects.live(at=at).filter(document_id=last.document_id).values_list("path", flat=True).first()
    if new_path is None:
        raise Gone
    raise Moved(new_path)


def newest(section: str, *, period: Period) -> list[int]:
    """The keys of the newest pages of a section, the newest first."""
    return [row["id"] for row in period.rows[f"newest_{section}"]]


def cards(keys: Iterable[int], *, period: Period) -> dict[int, Edition]:
    """Those editions as lists show them; each is asked for once a period."""
    known: dict[int, Edition] = period.once("cards", dict)
    if missing := set(keys).difference(known):
        known |= {edition.pk: edition for edition in Edition.objects.filter(pk__in=missing).for_lists().order_by()}
    return {key: known[key] for key in keys}


def related(edition: Edition, *, period: Period) -> dict[str, list[Edition]]:
    """Find what to read next, by section: what shares most topics comes first, then the newest."""
    topics = [topic["slug"] for topic in edition.topics]
    offered = {section.key: section.offered for section in all_sections() if section.offered}
    keys = {key for section in offered for key in newest(section, period=period)}
    for row in period.rows["newest_of_topics"]:
        if row["slug"] in topics[:MAX_TOPICS]:
            keys |= {key for name, key in row.items() if name != "slug" and key}
    found = [other for other in cards(keys, period=period).values() if other.document_id != edition.document_id]
    found.sort(key=lambda other: (_shared(other, topics), other.dated_on, other.pk), reverse=True)
    return {
        section: [other for other in found if other.section == section][:number] for section, number in offered.items()
    }


def _shared(edition: Edition, topics: list[str]) -> int:
    """Count the topics that it is filed under."""
    return sum(topic["slug"] in topics for topic in edition.topics)
