"""Tells editors, in lists and above the form, what the public sees of a document now."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from publishing.models import Edition


def moment_words(moment: datetime) -> str:
    """A moment in local time: "3 May 2026, 10:00"."""
    return date_format(timezone.localtime(moment), "j F Y, H:i")


def with_state(documents: QuerySet, *, at: datetime) -> QuerySet:
    """`documents` with what `state_words` needs, so that a list asks once for all of them."""
    editions = Edition.objects.filter(document_id=OuterRef("pk"))
    live = editions.live(at=at).order_by("-live_from")
    following = editions.scheduled(at=at).order_by("live_from")
    over = editions.past(at=at).order_by("-live_until")
    return documents.annotate(
        live_path=Subquery(live.values("path")[:1]),
        live_from=Subquery(live.values("live_from")[:1]),
        live_until=Subquery(live.values("live_until")[:1]),
        live_revision=Subquery(live.values("revision")[:1]),
        next_from=Subquery(following.values("live_from")[:1]),
        next_revision=Subquery(following.values("revision")[:1]),
        over_since=Subquery(over.values("live_until")[:1]),
        over_planned=Subquery(over.values("expires_at")[:1]),
    )


def state_words(document: Any) -> str:
    """Of a document that comes from `with_state`: for example "Live since 3 May 2026, 10:00. Changed since."."""
    sentences: list[tuple[str, datetime | None]] = []
    if document.live_from:
        sentences.append((_("Live since %(moment)s."), document.live_from))
        if document.live_until and document.live_until != document.next_from:
            sentences.append((_("Ends on %(moment)s."), document.live_until))
        if document.next_from:
            sentences.append((_("Its next edition goes live on %(moment)s."), document.next_from))
        if (document.next_revision or document.live_revision) != document.revision:
            sentences.append((_("Changed since."), None))
    elif document.next_from:
        sentences.append((_("Goes live on %(moment)s."), document.next_from))
    elif document.over_since and document.over_since != document.over_planned:
        sentences.append((_("Withdrawn on %(moment)s."), document.over_since))
    elif document.over_since:
        sentences.append((_("Ended as planned on %(moment)s."), document.over_since))
    else:
        sentences.append((_("Not published."), None))
    return " ".join(words % {"moment": moment and moment_words(moment)} for words, moment in sentences)
