"""Lists of articles and resources: by section, topic, author and series. All of them read editions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.listing import NEWEST_FIRST, Filter, listing_context, page_of
from articles.models import Article, Author, Resource, Series
from articles.sections import NEWS, RESOURCES
from core.content import period_of
from core.middleware.page_cache import cached_page
from publishing.models import Edition, Topic
from publishing.reading import EVERYONE, Gone


@cached_page("topic", "kind", "page")
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    lead = _("News, features, interviews and opinion about children and the people around them.")
    words = {"news": _("news stories"), "feature": _("features"), "interview": _("interviews"), "opinion": _("opinion")}
    kinds = Filter("kind", _("Kind"), _("All kinds"), [(kind, words[kind]) for kind in Article.Kind.values])
    listing = listing_context(request, NEWS, kinds, opens_with_lead=True)
    return render(request, "articles/listing.html", {"lead": lead, **listing})


@cached_page("topic", "kind", "for", "page")
@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    lead = _("Explainers, guides and downloads, written by practitioners and free to use.")
    words = {"explainer": _("explainers"), "guide": _("guides to download"), "download": _("downloads")}
    kinds = Filter("kind", _("Kind"), _("All kinds"), [(kind, words[kind]) for kind in Resource.Kind.values])
    readers = {"families": _("families"), "young-people": _("young people"), "professionals": _("professionals")}
    audiences = Filter(
        parameter="for",
        heading=_("Written for"),
        all_words=_("All readers"),
        choices=list(readers.items()),
        phrase=_("for %s"),
        label="audience",
        fits_all=EVERYONE,
    )
    listing = listing_context(request, RESOURCES, kinds, audiences)
    return render(request, "articles/listing.html", {"lead": lead, **listing})


@cached_page("page")
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Topic, slug=slug)
    return _collection(request, "topic", slug, kicker=_("Topic"), heading=found.name, lead=found.summary)


@cached_page("page")
@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Author, slug=slug)
    return _collection(request, "author", slug, kicker=_("Author"), heading=found.name, lead=found.bio, author=found)


@cached_page("page")
@require_safe
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """A series is listed in the order of its parts."""
    found = get_object_or_404(Series, slug=slug)
    order = ["details__series__position", "live_from", "pk"]
    return _collection(
        request, "series", slug, order=order, kicker=_("Series"), heading=found.title, lead=found.summary
    )


def _collection(
    request: HttpRequest, kind: str, slug: str, *, order: list[str] = NEWEST_FIRST, **words: Any
) -> HttpResponse:
    """List what is live under a topic, author or series. Answer 404, or 410 if something once was."""
    now = timezone.now()
    editions = Edition.objects.live(at=now).labelled(kind, slug)
    if order is not NEWEST_FIRST:
        editions = editions.order_by(*order)
    total = period_of(request).once(("total", kind, slug), editions.count)
    if not total:
        raise Gone if Edition.objects.past(at=now).labelled(kind, slug).exists() else Http404
    page = page_of(request, editions, total=total, order=order)
    context = {**words, **page, "is_ordered": kind == "series", "crumbs": []}
    return render(request, "articles/collection.html", context)
