"""What the public reads: editions by address, and what belongs beside them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404

from publishing.models import Edition


class Gone(Http404):
    """The page was public once and is not any more. Answered with 410."""


class Moved(Exception):  # noqa: N818 - an answer, not a fault
    """The page has another address now: `path`. Answered with 301."""

    def __init__(self, path: str):
        super().__init__(path)
        self.path = path


def find(path: str, *, at: datetime) -> Edition:
    """The edition that is public at `path` at that moment, in one query.

    Raises `Http404` when nothing ever was, `Moved` when the document that was has another address now, and `Gone`
    when it is not public any more.
    """
    edition = Edition.objects.live(at=at).filter(path=path).first()
    if edition:
        return edition
    last = Edition.objects.over(at=at).filter(path=path).order_by("-live_until").only("document_id").first()
    if last is None:
        raise Http404
    now_at = Edition.objects.live(at=at).filter(document_id=last.document_id).values_list("path", flat=True).first()
    if now_at is None:
        raise Gone
    raise Moved(now_at)


def related(
    edition: Edition, *, at: datetime, stories: int = 3, resources: int = 3
) -> tuple[list[Edition], list[Edition]]:
    """Stories and resources to read next, in one query: those that share most topics, then the newest."""
    slugs = [topic["slug"] for topic in edition.topics]
    found = (
        Edition.objects.for_lists()
        .filter(_next_to(edition, "news", slugs, stories, at) | _next_to(edition, "resources", slugs, resources, at))
        .order_by("-dated_on", "-live_from")
    )
    wanted = set(slugs)

    def nearest(section: str, number: int) -> list[Edition]:
        rows = [row for row in found if row.section == section]
        return sorted(rows, key=lambda row: -len(wanted & {topic["slug"] for topic in row.topics}))[:number]

    return nearest("news", stories), nearest("resources", resources)


def _next_to(edition: Edition, section: str, slugs: list[str], number: int, at: datetime) -> Q:
    """Candidates of one section: the best by topic, and the newest to fill up with."""
    others = Edition.objects.live(at=at).filter(section=section).exclude(document_id=edition.document_id)
    newest = others.order_by("-dated_on", "-live_from").values("pk")[:number]
    if not slugs:
        return Q(pk__in=newest)
    by_topic = (
        others.filter(labels__kind="topic", labels__slug__in=slugs)
        .annotate(shared=Count("labels"))
        .order_by("-shared", "-dated_on", "-live_from")
        .values("pk")[:number]
    )
    return Q(pk__in=newest) | Q(pk__in=by_topic)
