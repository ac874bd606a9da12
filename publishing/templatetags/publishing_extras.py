"""Filters for what editions hold: dates as ISO text, sizes in bytes, and how long something is."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.models import Edition

register = template.Library()


@register.filter
def iso_date(value: str | None) -> date | None:
    """`"2021-08-24"` as a date for `|date:"j F Y"`; nothing stays nothing."""
    return date.fromisoformat(value[:10]) if value else None


@register.filter
def filesize_words(size: int | None) -> str:
    """A size in bytes as people say it: 90 KB, 1.2 MB. A no-break space keeps number and unit together."""
    if not size:
        return ""
    if size < 1_000_000:
        return _("%(number)s\u00a0KB") % {"number": number_format(max(1, round(size / 1_000)))}
    return _("%(number)s\u00a0MB") % {"number": number_format(round(size / 1_000_000, 1)).removesuffix(".0")}


@register.filter
def kind_line(edition: Edition) -> str:
    """How long it takes or is: "6 minute read" or "PDF, 16 pages"."""
    if edition.extent:
        return edition.extent
    minutes = edition.reading_minutes
    return ngettext("%(minutes)s minute read", "%(minutes)s minute read", minutes) % {"minutes": minutes}
