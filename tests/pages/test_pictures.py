"""No page of the demonstration site shows one picture twice: who sees it again takes the second story for the first."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Author, Resource, Series
from pages.demo.load import load_demo
from publishing.models import Edition, Topic

pytestmark = pytest.mark.django_db

PICTURE = re.compile(r"<picture>.*?</picture>", re.DOTALL)
TOKEN = re.compile(r"/images/([0-9a-f]{32})/")


def addresses() -> list[str]:
    """Every page, every list and every page of it."""
    lists = ["/", "/news/", "/news/?page=2", "/resources/", "/resources/?page=2", reverse("campaigns:list")]
    lists += [f"/news/?kind={kind}" for kind in Article.Kind.values]
    lists += [f"/resources/?for={audience}" for audience in Resource.Audience.values if audience != "everyone"]
    lists += [f"/{section}/?topic={topic.slug}" for section in ("news", "resources") for topic in Topic.objects.all()]
    lists += [row.get_absolute_url() for model in (Author, Series) for row in model.objects.all()]
    lists += [reverse("articles:topic", args=[topic.slug]) for topic in Topic.objects.all()]
    return [*lists, *Edition.objects.live(at=timezone.now()).values_list("path", flat=True)]


def test_no_page_of_the_demonstration_site_shows_a_picture_twice(client):
    load_demo(by=None)
    twice = {}
    number = 0
    for address in addresses():
        page = client.get(address)
        shown = Counter(TOKEN.search(picture)[1] for picture in PICTURE.findall(page.text))
        number += shown.total()
        if again := {token for token, times in shown.items() if times > 1}:
            twice[address] = again
    assert number > 200
    assert not twice
