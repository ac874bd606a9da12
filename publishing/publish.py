"""Publishing: taking an edition of a document, now or at a later moment, and ending one.

Every service locks the document's row first: a second editor waits and then sees the result of the first. Errors are
`PublishingError`s, whose text is meant for editors.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from publishing import constraints, share
from publishing.body import render_body
from publishing.languages import SITE
from publishing.models import Document, Edition, EditionLabel
from publishing.pictures import Picture

#: Treat a time this little in the past as now.
JUST_NOW = timedelta(minutes=1)


class PublishingError(Exception):
    """Publishing did not happen and nothing was changed. The text says why and what to do next."""


def specific(document: Document) -> Document:
    """Load the row of the child class that `document` is."""
    if type(document) is not Document:
        return document
    return apps.get_model(document.child)._default_manager.get(pk=document.pk)


def build_edition(document: Document, *, at: datetime) -> Edition:
    """Make the edition that readers would get if the saved working copy went live `at` that moment. It is not saved."""
    document = specific(document)
    body = render_body(document)
    begins_on = timezone.localdate(at)
    first = document.editions.ever_public().order_by("live_from").values_list("live_from", flat=True).first()
    first_on = timezone.localdate(first) if first and first < at else None
    dated_on = document.edition_dated_on() or first_on or begins_on
    kind, kind_label = document.edition_kind()
    # The main one first, chosen or not among the others.
    topics = dict.fromkeys([document.main_topic, *document.topics.all()])
    picture = None
    if image := document.image:
        own = {"caption": document.image_caption, "alt": document.image_alt or image.alt_text}
        # What the media library says is in the language of the site.
        own["alt_language"] = document.language if document.image_alt else SITE
        picture = Picture(image.snapshot() | own)
    return Edition(
        document=Document(pk=document.pk),
        section=document.section,
        kind=kind,
        kind_label=kind_label,
        path=document.path,
        template_name=document.edition_template(),
        language=document.language,
        translation_of_id=document.translation_of_id,
        title=document.title,
        standfirst=document.standfirst,
        byline=Truncator(document.edition_byline()).chars(300),
        dated_on=dated_on,
        changed_on=max(begins_on, dated_on) if first_on else dated_on,
        reading_minutes=body.reading_minutes,
        extent=document.edition_extent(),
        content_note=document.content_note,
        is_sensitive=document.is_sensitive,
        image=document.image,
        picture=picture,
        topics=[{"slug": topic.slug, "name": topic.name} for topic in topics if topic],
        sources=[
            {"text": source.text, "url": source.url, "is_cited": number <= body.cited}
            for number, source in enumerate(body.sources, start=1)
        ],
        details=document.edition_details() | {"outline": body.outline},
        body_html=body.html,
        body_text=body.text,
        live_from=at,
        revision=document.revision,
    )


def publish(
    *,
    document: Document,
    by: User | None,
    at: datetime | None = None,
    until: datetime | None = None,
    revision: int | None = None,
) -> Edition:
    """Take an edition of the saved working copy, live from `at` (now) to `until` (until further notice).

    The edition that is live at that moment ends then. One that waits for a later moment gives way to a newer one that
    also waits, and otherwise follows as planned. With `revision` the working copy is published only as it was at that
    `Document.revision`.
    """
    with _locked(document) as locked:
        if revision not in {None, locked.revision}:
            raise PublishingError(
                _("“%(title)s” was changed since you looked. Look at it again, then publish.") % {"title": locked.title}
            )
        now = timezone.now()
        begins = now if at and now - JUST_NOW < at < now else at or now
        if until and until <= begins:
            raise PublishingError(_("The end must come after the beginning. Choose a later end."))
        if begins < now and locked.editions.ever_public().exists():
            raise PublishingError(_("That moment is over. Choose one in the future, or publish now."))
        edition = build_edition(locked, at=begins)
        _check_address(locked, edition.path)
        follows = None
        for waiting in locked.editions.scheduled(at=now).order_by("live_from"):
            if begins > now:
                _end(waiting, at=waiting.live_from)
            else:
                follows = follows or waiting
        for before in locked.editions.live(at=now):
            # Its planned end counts again where a schedule that has just given way had cut it short.
            before.live_until = _earliest(before.expires_at, begins)
            _check_clash(before)
            _end(before, at=before.live_until)
        edition.expires_at = until
        edition.live_until = _earliest(until, follows.live_from if follows else None)
        edition.taken_by = by
        _check_clash(edition)
        edition.save(force_insert=True)
        labels = [{"kind": "topic", **topic} for topic in edition.topics] + locked.edition_labels()
        of_edition = {"edition": edition, "section": edition.section, "dated_on": edition.dated_on}
        EditionLabel.objects.bulk_create(EditionLabel(**of_edition, **label) for label in labels)
        if not edition.is_sensitive:
            share.draw_later(edition.pk)
        return edition


def withdraw(*, document: Document, by: User | None, at: datetime | None = None) -> Edition:
    """End what is public, now or `at` a later moment, and call off whatever would have followed it.

    Gives the edition that ends.
    """
    with _locked(document) as locked:
        now = timezone.now()
        ends = at or now
        if ends < now:
            raise PublishingError(_("That moment is over. Choose one in the future, or withdraw now."))
        live = locked.editions.live(at=now).first()
        if live is None:
            raise PublishingError(_("“%(title)s” is not public.") % {"title": locked.title})
        for edition in locked.editions.filter(Q(live_until__isnull=True) | Q(live_until__gt=now)):
            end = max(ends, edition.live_from)
            if at:
                # Otherwise `cancel_schedule` would give it back the end that was planned before.
                edition.expires_at = _earliest(edition.expires_at, end)
            _end(edition, at=_earliest(edition.live_until, end))
        live.refresh_from_db()
        return live


def cancel_schedule(*, document: Document, by: User | None) -> None:
    """Call off what waits for its moment. What is live now stays to the end that was planned for it."""
    with _locked(document) as locked:
        now = timezone.now()
        waiting = list(locked.editions.scheduled(at=now))
        if not waiting:
            raise PublishingError(_("Nothing is scheduled for “%(title)s”.") % {"title": locked.title})
        for edition in waiting:
            _end(edition, at=edition.live_from)
        for live in locked.editions.live(at=now):
            if live.live_until in {edition.live_from for edition in waiting}:
                live.live_until = live.expires_at
                _check_clash(live)
                _end(live, at=live.expires_at)


@contextmanager
def _locked(document: Document) -> Iterator[Document]:
    """The saved document, its row locked. SQLite lets one writer in at a time and needs no lock of a row."""
    with transaction.atomic():
        row = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        try:
            with transaction.atomic():
                yield specific(row)
        except IntegrityError as error:
            # Two documents race for one address: the loser arrives here, after `_check_clash` found nothing.
            if constraints.ONE_PER_PATH in str(error) or constraints.ONE_PER_DOCUMENT in str(error):
                raise PublishingError(
                    _("Somebody else published at this address at the same moment. Look at the page, then try again.")
                ) from error
            raise


def _end(edition: Edition, *, at: datetime | None) -> None:
    edition.live_until = at
    edition.save(update_fields=["live_until", "expires_at"])


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _check_address(document: Document, path: str) -> None:
    """Raise `PublishingError` when the address leads to another view than those of the document's class."""
    try:
        view_name = resolve(path).view_name
    except Resolver404:
        view_name = ""
    if view_name not in document.view_names:
        raise PublishingError(
            _("%(path)s belongs to another part of the site. Choose another address.") % {"path": path}
        )


def _check_clash(edition: Edition) -> None:
    """Raise `PublishingError` when another document is or will be public at the same address in the same time."""
    others = Edition.objects.ever_public().filter(path=edition.path).exclude(document_id=edition.document_id)
    others = others.filter(Q(live_until__isnull=True) | Q(live_until__gt=edition.live_from))
    if edition.live_until:
        others = others.filter(live_from__lt=edition.live_until)
    if other := others.first():
        raise PublishingError(
            _("“%(title)s” already has the address %(path)s. Choose another address, or withdraw that page first.")
            % {"title": other.title, "path": edition.path}
        )
