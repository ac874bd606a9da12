"""The home page: its lead story, and the three resources below it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from publishing.pictures import Picture
from tests.factories import make_article, make_edition, make_resource

pytestmark = pytest.mark.django_db


def picture(letter: str) -> Picture | None:
    return Picture(token=letter * 32, version=1, width=1200, height=800) if letter else None


def publish_resources(*letters: str) -> None:
    """One for each letter, with the picture of that letter; "" for none. The first is the newest."""
    now = timezone.now()
    for number, letter in enumerate(letters):
        document = make_resource(f"Guide {number}", dated_on=timezone.localdate(now) - timedelta(days=number))
        make_edition(document, live_from=now - timedelta(minutes=1), picture=picture(letter))


def test_its_resources_are_the_newest_three_with_different_pictures(client):
    story = make_article("The lead story")
    make_edition(story, live_from=timezone.now() - timedelta(minutes=1), picture=picture("a"))
    publish_resources("", "a", "b", "b", "c", "d")
    page = client.get("/")
    assert [resource.title for resource in page.context["resources"]] == ["Guide 2", "Guide 4", "Guide 5"]
    assert page.text.count(f'src="/media/images/{"a" * 32}/') == 1


def test_with_too_few_pictures_its_resources_are_the_newest_three_as_text(client):
    publish_resources("", "b", "b", "")
    shown = client.get("/").context["resources"]
    assert [resource.title for resource in shown] == ["Guide 0", "Guide 1", "Guide 2"]
    assert [resource.picture for resource in shown] == [None] * 3
