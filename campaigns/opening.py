"""Tells whether a campaign is coming, running or closed today. Takes dates or their ISO text."""

from collections.abc import Mapping
from typing import Literal

from django.utils import timezone


def phase_of(days: Mapping) -> Literal["coming", "open", "closed"]:
    today = timezone.localdate().isoformat()
    if str(days["opens_on"]) > today:
        return "coming"
    return "closed" if days.get("closes_on") and str(days["closes_on"]) < today else "open"
