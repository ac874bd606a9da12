"""Lists and pages of articles and resources. Everything here reads editions."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles.listing import Filter, listing_context, page_of
from articles.models import Article, Author, Resource, Series
from publishing import reading
from publishing.models import Edition, Topic
from publishing.reading import AnyEdition
from publishing.views import answer_moved, edition_response

HOME = {"label": gettext_lazy("Home"), "url": "/"}
SECTIONS = {
    "news": {
        "section": "news",
        "heading": gettext_lazy("News"),
        "lead": gettext_lazy("News, features, interviews and opinion about children and the people around them."),
    },
    "resources": {
        "section": "resources",
        "heading": gettext_lazy("Knowledge"),
        "lead": gettext_lazy("Explainers, guides and downloads, written by practitioners and free to use."),
    },
}


@cache
def section_path(section: str) -> str:
    return reverse(f"articles:{section}")


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    return _listing(request, "news", Filter("kind", Article.Kind.choices, _("Any kind")))


@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    return _listing(
        request,
        "resources",
        Filter("kind", Resource.Kind.choices, _("Any kind")),
        Filter("for", Resource.Audience.choices, _("Anybody")),
    )


def _listing(request: HttpRequest, section: str, kinds: Filter, audiences: Filter | None = None) -> HttpResponse:
    path = request.path
    found = listing_context(section, at=timezone.now(), path=path, query=request.GET, kinds=kinds, audiences=audiences)
    context = {**SECTIONS[section], **found, "crumbs": [HOME], "nav_current": path}
    return render(request, "articles/listing.html", context)


@require_safe
@answer_moved
def article(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request)


@require_safe
@answer_moved
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    edition = reading.find(request.path, at=timezone.now())
    return edition_response(request, edition, context=page_context(edition))


def page_context(edition: AnyEdition) -> dict[str, Any]:
    """What the page of an article or resource shows beside its edition, in one query."""
    stories, cards = reading.related(edition, at=timezone.now())
    path = section_path(edition.section)
    crumbs = [HOME, {"label": SECTIONS[edition.section]["heading"], "url": path}]
    return {
        "related": stories,
        "resources": cards,
        "crumbs": crumbs,
        "nav_current": path,
    }


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Topic, slug=slug)
    return _collection(request, "topic", slug, kicker=_("Topic"), heading=found.name, lead=found.summary)


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Author, slug=slug)
    return _collection(request, "author", slug, kicker=_("Author"), heading=found.name, lead=found.bio, author=found)


@require_safe
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """In the order of the parts, not of the days."""
    found = get_object_or_404(Series, slug=slug)
    order = ["details__series__position", "live_from"]
    return _collection(
        request, "series", slug, order=order, kicker=_("Series"), heading=found.title, lead=found.summary
    )


def _collection(
    request: HttpRequest, kind: str, slug: str, *, order: list[str] | None = None, **words: Any
) -> HttpResponse:
    """What is live under a topic, author or series. Without any of it their words are nobody's to read, 404 or 410."""
    now = timezone.now()
    editions = Edition.objects.live(at=now).labelled(kind, slug).for_lists()
    if order:
        editions = editions.order_by(*order)
    found = page_of(editions, request.GET, request.path)
    if not found["total"]:
        raise reading.Gone if Edition.objects.over(at=now).labelled(kind, slug).exists() else Http404
    return render(request, "articles/collection.html", {**words, **found, "crumbs": [HOME]})
