"""Tells whether a campaign is coming, running or closed today. Takes dates or their ISO text."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone


def is_coming(days: Mapping) -> bool:
    """Whether its first day is still to come."""
    return str(days["opens_on"]) > timezone.localdate().isoformat()


def is_closed(days: Mapping) -> bool:
    """Whether its last day is over."""
    closes_on = days.get("closes_on")
    return bool(closes_on) and str(closes_on) < timezone.localdate().isoformat()


def is_running(days: Mapping) -> bool:
    return not is_coming(days) and not is_closed(days)
