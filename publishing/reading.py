"""Finds what the public reads: an edition by its address, what to read next, and no picture twice on a page."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime

from django.http import Http404

from core.content import Period
from publishing.models import Edition
from publishing.pictures import tokens_in
from publishing.sections import all_sections

#: So many topics of a page lead to what to read next.
MAX_TOPICS = 3
#: What the main topic of a page counts where another topic counts 1, and what it takes to be related.
MAIN_TOPIC, RELATED = 3, 2
#: The audience that leaves nobody out. A page that names none is for everyone.
EVERYONE = "everyone"


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
    """Rank what to read next, by section; templates show the first few (`choose`). Rather nothing than the far-fetched:

    - It is about the same thing: it has the page's main topic, or two of its other topics.
    - It is for the same readers: beside a page for professionals, one for families stands only if both have the same
      main topic. What is for everyone fits everywhere.
    - No part of the page's own series, which has a box of its own, and one part of any other.
    - Another language only where there is too little in the page's own.

    The closest come first, then those for the very same audience, then the newest.
    """
    topics = [topic["slug"] for topic in edition.topics][:MAX_TOPICS]
    audience = edition.details.get("audience") or EVERYONE
    own_series = edition.details.get("series") or {}
    known_series = {own_series.get("slug")}
    keys = {
        key
        for row in period.rows["newest_of_topics"]
        if row["slug"] in topics
        for name, key in row.items()
        if name != "slug" and key
    }
    found: dict[str, list[Edition]] = {section.key: [] for section in all_sections() if section.offered}

    def rank(other: Edition) -> tuple:
        is_for_the_same = (other.audience or EVERYONE) == audience
        return edition.language == other.language, _closeness(other, topics), is_for_the_same, other.dated_on, other.pk

    for other in sorted(cards(keys, period=period).values(), key=rank, reverse=True):
        fits = other.audience in {None, EVERYONE, audience} or _main_topic(other) == _main_topic(edition)
        is_new = other.document_id != edition.document_id and (not other.series or other.series not in known_series)
        if _closeness(other, topics) >= RELATED and fits and is_new:
            found[other.section].append(other)
            known_series.add(other.series)
    for section in all_sections():
        own_language = [other for other in found.get(section.key, []) if edition.language == other.language]
        if section.offered and len(own_language) >= section.offered:
            found[section.key] = own_language
    return found


def _closeness(edition: Edition, topics: list[str]) -> int:
    """Weigh the topics that it shares; `topics` begin with the main one."""
    own = {topic["slug"] for topic in edition.topics}
    return sum(1 if place else MAIN_TOPIC for place, slug in enumerate(topics) if slug in own)


def _main_topic(edition: Edition) -> str:
    return edition.topics[0]["slug"] if edition.topics else ""


def pictures_of(edition: Edition) -> set[str]:
    """The pictures on the page of an edition, its own and those in its text, by their tokens."""
    own = {edition.picture["token"]} if edition.picture else set()
    return own | tokens_in(edition.body_html)


def choose(
    candidates: Iterable[Edition], *, number: int, shown: set[str], only_pictured: bool = False
) -> list[Edition]:
    """The first so many as a row of cards. One whose picture stands on the page already gives way to the next.

    With `only_pictured` so does one without a picture. Where there are too few that way, or one has none, the row is of
    words alone: a card without a picture leaves a hole beside the others.
    """
    candidates = list(candidates)
    seen, row = set(shown), []
    for edition in candidates:
        token = edition.picture["token"] if edition.picture else ""
        if token not in seen and (token or not only_pictured):
            row.append(edition)
        if token:
            seen.add(token)
    row = row[:number]
    if len(row) == min(number, len(candidates)) and all(edition.picture for edition in row):
        return with_each_picture_once(row, shown=shown)
    return [_without_picture(edition) for edition in candidates[:number]]


def with_each_picture_once(editions: Iterable[Edition], *, shown: set[str]) -> list[Edition]:
    """Those editions as one page shows them, in their order: without a picture that stands there already.

    `shown` holds the pictures of the page by their tokens, and takes up those that these bring.
    """
    found = []
    for edition in editions:
        if edition.picture:
            if edition.picture["token"] in shown:
                edition = _without_picture(edition)
            else:
                shown.add(edition.picture["token"])
        found.append(edition)
    return found


def _without_picture(edition: Edition) -> Edition:
    """A copy: other pages of the period show the same object with its picture."""
    edition = copy(edition)
    edition.picture = None
    return edition
