"""The picture that other sites show beside a link to a page (Open Graph): what is on it, its address and its file.

Its name follows from what is drawn: a page published again unchanged has its picture already, and one with another
title has another address. The worker draws it (`publishing.media.share_drawing`); `publishing.views.share` sends it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime

from django.core.files.storage import default_storage
from django.db.models import Q
from django.urls import reverse

from core.brand import brand
from core.content import Period
from core.jobs import enqueue
from core.models import Job
from publishing.models import Edition
from publishing.sections import section_of

SHARE_KIND = "publishing.draw_share_picture"
#: The `object_id` of the job that draws the neutral picture, in place of an edition's.
NEUTRAL = "neutral"
#: Mail goes first.
SHARE_PRIORITY = -10
FOLDER = "share"
WIDTH, HEIGHT = 1200, 630
#: Raise it when pictures are to be drawn anew because the drawing itself has changed.
DESIGN = 1


@dataclass(frozen=True)
class SharePicture:
    """What is drawn on one picture. The neutral one has no title; all pages that are not an edition's share it."""

    site_name: str
    title: str = ""
    kicker: str = ""
    #: Token and version of the page's picture in the media library.
    image: str = ""

    @property
    def digest(self) -> str:
        drawn = repr((DESIGN, brand(), astuple(self)))
        return hashlib.blake2b(drawn.encode("utf-8", "replace"), digest_size=9).hexdigest()

    @property
    def file_name(self) -> str:
        return f"{FOLDER}/{self.digest}.jpg"


_site_name: Callable[[Period], str] = lambda period: ""  # noqa: E731


def site_name_from(source: Callable[[Period], str]) -> None:
    """Register what knows the name of the site: the room that has its settings."""
    global _site_name
    _site_name = source


def neutral_picture(period: Period) -> SharePicture:
    """The name of the site and its mark, the same whatever page it stands beside."""
    return SharePicture(_site_name(period))


def picture_of(edition: Edition, period: Period) -> SharePicture:
    """A sensitive page has the neutral one: a link to it must not tell in somebody's chat what they read."""
    if edition.is_sensitive:
        return neutral_picture(period)
    topic = edition.topics[0]["name"] if edition.topics else ""
    # The kind of a page outside the sections says nothing.
    kicker = topic or (edition.kind_label if section_of(edition).path else "")
    image = f"{edition.picture['token']}/{edition.picture['version']}" if edition.picture else ""
    return SharePicture(_site_name(period), edition.title, kicker, image)


def neutral_address(period: Period) -> str:
    return reverse("media:share-site", args=[neutral_picture(period).digest])


def address_of(edition: Edition, period: Period) -> str:
    """Where the picture of an edition is asked for while that is live. It holds the page's own address."""
    if edition.is_sensitive:
        return neutral_address(period)
    return reverse("media:share-page", args=[picture_of(edition, period).digest, edition.path.strip("/")])


def share_context(edition: Edition, period: Period) -> dict[str, str]:
    """`share_picture` in templates, as `neutral_context` gives it to pages that are not an edition's."""
    if edition.is_sensitive:
        return neutral_context(period)
    return {"path": address_of(edition, period), "alt": edition.title}


def neutral_context(period: Period) -> dict[str, str]:
    return {"path": neutral_address(period), "alt": _site_name(period)}


def draw_later(object_id: str | int) -> None:
    enqueue(kind=SHARE_KIND, object_id=object_id, priority=SHARE_PRIORITY)


def tidy(*, period: Period, at: datetime) -> tuple[int, int]:
    """Have every missing picture drawn and delete those that no page needs any more; returns how many of each.

    Pictures go missing when the name of the site or the brand changes, and when files were lost.
    """
    # Read the names first: what is drawn meanwhile is then none of the unused.
    try:
        stored = set(default_storage.listdir(FOLDER)[1])
    except FileNotFoundError:
        stored = set()
    wanted: dict[str, str | int] = {neutral_picture(period).file_name: NEUTRAL}
    editions = Edition.objects.ever_public().filter(Q(live_until__isnull=True) | Q(live_until__gt=at))
    shown = editions.filter(is_sensitive=False).exclude(image__withheld_at__isnull=False)
    for edition in shown.only("title", "kind_label", "section", "topics", "picture", "is_sensitive").iterator():
        wanted.setdefault(picture_of(edition, period).file_name, edition.pk)
    missing = [key for name, key in wanted.items() if name.rpartition("/")[2] not in stored]
    unused = [name for name in stored if f"{FOLDER}/{name}" not in wanted]
    asked_for = set(Job.objects.unfinished().filter(kind=SHARE_KIND).values_list("object_id", flat=True))
    for key in missing:
        if str(key) not in asked_for:
            draw_later(key)
    for name in unused:
        default_storage.delete(f"{FOLDER}/{name}")
    return len(missing), len(unused)
