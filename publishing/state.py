"""Tells editors, in lists and above the form, what the public sees of a document now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from publishing.models import Document, Edition


@dataclass(frozen=True)
class State:
    """`path` is where the public reads the document now, or empty."""

    path: str
    live_from: datetime | None
    live_until: datetime | None
    next_from: datetime | None
    over_since: datetime | None
    is_withdrawn: bool
    is_changed: bool

    @property
    def is_live(self) -> bool:
        return self.live_from is not None

    @property
    def is_scheduled(self) -> bool:
        return self.next_from is not None

    @property
    def words(self) -> str:
        """For example "Live since 3 May 2026, 10:00. Changed since."."""
        sentences = []
        if self.live_from:
            sentences.append(_("Live since %(moment)s.") % {"moment": moment_words(self.live_from)})
            if self.live_until and self.live_until != self.next_from:
                sentences.append(_("Ends on %(moment)s.") % {"moment": moment_words(self.live_until)})
            if self.next_from:
                sentences.append(
                    _("Its next edition goes live on %(moment)s.") % {"moment": moment_words(self.next_from)}
                )
            if self.is_changed:
                sentences.append(_("Changed since."))
        elif self.next_from:
            sentences.append(_("Goes live on %(moment)s.") % {"moment": moment_words(self.next_from)})
        elif self.over_since and self.is_withdrawn:
            sentences.append(_("Withdrawn on %(moment)s.") % {"moment": moment_words(self.over_since)})
        elif self.over_since:
            sentences.append(_("Ended as planned on %(moment)s.") % {"moment": moment_words(self.over_since)})
        else:
            sentences.append(_("Not published."))
        return " ".join(sentences)


def moment_words(moment: datetime) -> str:
    """A moment in local time: "3 May 2026, 10:00"."""
    return date_format(timezone.localtime(moment), "j F Y, H:i")


def with_state(documents: QuerySet, *, at: datetime) -> QuerySet:
    """`documents` with what `state_of` needs, so that a list asks once for all of them."""
    editions = Edition.objects.filter(document_id=OuterRef("pk"))
    live = editions.live(at=at).order_by("-live_from")
    following = editions.scheduled(at=at).order_by("live_from")
    over = editions.past(at=at).order_by("-live_until")
    return documents.annotate(
        state_path=Subquery(live.values("path")[:1]),
        state_live_from=Subquery(live.values("live_from")[:1]),
        state_live_until=Subquery(live.values("live_until")[:1]),
        state_revision=Subquery(live.values("revision")[:1]),
        state_next_from=Subquery(following.values("live_from")[:1]),
        state_next_revision=Subquery(following.values("revision")[:1]),
        state_over_since=Subquery(over.values("live_until")[:1]),
        state_over_planned=Subquery(over.values("expires_at")[:1]),
    )


def state_of(document: Document, *, at: datetime | None = None) -> State:
    """The state of one document; free of queries when it comes from `with_state`."""
    row: Any = document
    if not hasattr(row, "state_path"):
        row = with_state(Document.objects.filter(pk=document.pk), at=at or timezone.now()).get()
    published = row.state_next_revision or row.state_revision
    return State(
        path=row.state_path or "",
        live_from=row.state_live_from,
        live_until=row.state_live_until,
        next_from=row.state_next_from,
        over_since=row.state_over_since,
        is_withdrawn=row.state_over_since != row.state_over_planned,
        is_changed=published is not None and published != row.revision,
    )
