"""Whether a campaign runs today, by the days it was published with. Days compare as text: they are ISO dates."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from publishing.models import Edition
from publishing.reading import AnyEdition


def is_coming(edition: AnyEdition) -> bool:
    """Whether its first day is still to come."""
    return edition.details["opens_on"] > timezone.localdate().isoformat()


def is_closed(edition: AnyEdition) -> bool:
    """Whether its last day is over."""
    closes_on = edition.details.get("closes_on")
    return bool(closes_on) and closes_on < timezone.localdate().isoformat()


def is_running(edition: AnyEdition) -> bool:
    return not is_coming(edition) and not is_closed(edition)


def running_campaign(*, at: datetime) -> Edition | None:
    """The newest of the campaigns that are public and run today."""
    live = Edition.objects.live(at=at).filter(section="campaigns").defer("body_html", "body_text")
    return next((edition for edition in live if is_running(edition)), None)
