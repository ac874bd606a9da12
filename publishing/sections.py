"""The sections of the site: each room says in its `sections.py` which it has and what stands beside their pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from core.content import Period, shared
from publishing.models import Edition

#: How many of a section's newest pages every page has at hand.
NEWEST = 8
#: Gives the template of an edition what it needs beside the edition itself.
PageContext = Callable[[Edition, Period], dict[str, Any]]


@dataclass(frozen=True)
class Section:
    """One `Edition.section`. `url_name` is its list's, or empty when it has none."""

    key: str
    label: str | Promise
    url_name: str
    page_context: PageContext
    #: How many of its pages are offered to read next at the end of another page.
    offered: int = 0
    #: What its pages are to sites that show a card of them (Open Graph).
    og_type: str = "article"

    @property
    def path(self) -> str:
        return reverse(self.url_name) if self.url_name else ""


_sections: dict[str, Section] = {}


def register(section: Section) -> Section:
    if section.key in _sections:
        raise ValueError(f"Two sections have the key {section.key}.")
    _sections[section.key] = section

    @shared(f"newest_{section.key}")
    def newest(at: datetime) -> QuerySet:
        return Edition.objects.live(at=at).filter(section=section.key).values("id")[:NEWEST]

    return section


def section_of(edition: Edition) -> Section:
    return _sections[edition.section]


def all_sections() -> list[Section]:
    return list(_sections.values())


def page_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Give the page of an edition what it needs beside the edition, on the site and in a preview alike."""
    section = section_of(edition)
    crumbs = [{"label": section.label, "url": section.path}] if section.path else []
    shared_context = {"crumbs": crumbs, "nav_current": section.path, "og_type": section.og_type}
    return shared_context | section.page_context(edition, period)
