"""Keeping the pages of editions ready for readers."""

from __future__ import annotations

from django.utils import timezone

from core.prerender import prerender, release
from publishing.models import Edition, PrerenderedPage


def prerender_page(*, edition: Edition) -> None:
    """Make and keep what follows of the page from the edition alone."""
    html = prerender(edition.template_name, {"edition": edition, "is_preview": False})
    PrerenderedPage.objects.update_or_create(edition=edition, defaults={"release": release(), "html": html})


def prerender_pages() -> int:
    """Make those of another release anew and drop those of editions that are over. Returns how many were made."""
    now = timezone.now()
    made = 0
    for edition in Edition.objects.not_over(at=now).exclude(prerendered_page__release=release()).iterator(200):
        prerender_page(edition=edition)
        made += 1
    PrerenderedPage.objects.exclude(edition__in=Edition.objects.not_over(at=now)).delete()
    return made
