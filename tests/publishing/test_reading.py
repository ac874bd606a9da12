"""What stands beside a page, and how addresses are answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.content import current_period
from publishing.publish import publish, withdraw
from publishing.reading import find, related
from publishing.sections import all_sections, register
from tests.factories import make_article, make_resource, make_topic

pytestmark = pytest.mark.django_db


def test_a_live_page_costs_one_query(django_assert_num_queries):
    publish(document=make_article(), by=None)
    with django_assert_num_queries(1):
        find("/news/a-child-is-heard/", at=timezone.now())


def test_what_shares_most_topics_comes_first_then_the_newest():
    courts, safety, care = (make_topic(name) for name in ("Courts", "Online safety", "Care"))
    today = timezone.localdate()
    page = publish(document=make_article(topics=[courts, safety]), by=None)
    for days, (title, topics) in enumerate(
        [
            ("New, no topic", []),
            ("New, other topic", [care]),
            ("One shared", [courts]),
            ("Both shared", [safety, courts]),
        ]
    ):
        article = make_article(title, topics=topics, dated_on=today - timedelta(days=days))
        publish(document=article, by=None)
    publish(document=make_resource(topics=[courts]), by=None)
    found = related(page, period=current_period())
    stories, resources = found["news"], found["resources"]
    assert [story.title for story in stories] == ["Both shared", "One shared", "New, no topic"]
    assert [resource.title for resource in resources] == ["What a guardian does"]


def test_related_costs_one_query_and_each_card_none(django_assert_num_queries):
    topic = make_topic("Courts")
    page = publish(document=make_article(topics=[topic]), by=None)
    for number in range(8):
        publish(document=make_article(f"Story {number}", topics=[topic]), by=None)
        publish(document=make_resource(f"Guide {number}", topics=[topic]), by=None)
    period = current_period()
    with django_assert_num_queries(1):
        found = related(page, period=period)
        assert [row.path and row.picture for row in [*found["news"], *found["resources"]]] == [None] * 6


def test_a_page_never_recommends_itself_or_what_is_not_public():
    topic = make_topic("Courts")
    article = make_article(topics=[topic])
    page = publish(document=article, by=None)
    article.title = "A child is heard again"
    article.save()
    publish(document=article, by=None)
    gone = make_article("Withdrawn", topics=[topic])
    publish(document=gone, by=None)
    withdraw(document=gone, by=None)
    publish(document=make_article("Tomorrow", topics=[topic]), by=None, at=timezone.now() + timedelta(hours=1))
    make_article("Draft", topics=[topic])
    assert not any(related(page, period=current_period()).values())


def test_a_section_is_registered_once():
    with pytest.raises(ValueError, match="Two sections have the key news"):
        register(all_sections()[0])
