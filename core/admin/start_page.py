"""What waits for somebody, on the start page of the back office. Rooms register cards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sentence or label on a card, with the address it leads to. `n` stands beside it when it counts something."""

    words: str | Promise
    url: str
    n: int | None = None
    # Somebody must act: it stands above all cards, in red.
    is_alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    title: str | Promise
    lines: list[Line]


Source = Callable[[HttpRequest, datetime], Card | None]

_sources: list[Source] = []


def card(source: Source) -> Source:
    """Register `source(request, now)`. It counts what this person may see, and returns None if that is nothing."""
    _sources.append(source)
    return source


def cards_for(request: HttpRequest) -> list[Card]:
    now = timezone.now()
    return [made for source in _sources if (made := source(request, now)) is not None]
