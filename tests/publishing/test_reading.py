"""What stands beside a page, no picture twice on it, and how addresses are answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.utils import timezone

from core.content import current_period
from publishing.models import Edition
from publishing.pictures import Picture
from publishing.publish import publish, withdraw
from publishing.reading import cards, choose, find, pictures_of, related, with_each_picture_once
from publishing.sections import all_sections, register
from tests.factories import make_article, make_resource, make_series, make_topic

pytestmark = pytest.mark.django_db


def live(document) -> Edition:
    return publish(document=document, by=None)


def titles_beside(page: Edition, section: str = "news") -> list[str]:
    return [other.title for other in related(page, period=current_period())[section]]


def test_a_live_page_costs_one_query(django_assert_num_queries):
    publish(document=make_article(), by=None)
    with django_assert_num_queries(1):
        find("/news/a-child-is-heard/", at=timezone.now())


def test_the_main_topic_counts_most_then_the_other_topics_then_the_day():
    main, second, third, far = (make_topic(name) for name in ("Online safety", "Families", "Practice", "Courts"))
    today = timezone.localdate()
    page = live(make_article(topics=[main, second, third], main_topic=main))
    for days, (title, topics) in enumerate(
        [
            ("New, no topic", []),
            ("New, far topic", [far]),
            ("New, one lesser topic", [second, far]),
            ("Two lesser topics", [second, third]),
            ("Main topic", [main, far]),
            ("Main topic, older", [main]),
            ("Main and lesser topic", [third, main]),
        ]
    ):
        live(make_article(title, topics=topics, dated_on=today - timedelta(days=days)))
    assert titles_beside(page) == ["Main and lesser topic", "Main topic", "Main topic, older", "Two lesser topics"]
    assert titles_beside(page, "resources") == []


def test_where_nothing_is_shared_nothing_is_recommended():
    page = live(make_article(topics=[make_topic("Courts")]))
    without_topics = live(make_article("Without topics"))
    for number in range(5):
        live(make_article(f"Story {number}", topics=[make_topic(f"Topic {number}")]))
    assert titles_beside(page) == titles_beside(without_topics) == []


def test_a_page_for_others_is_recommended_only_with_the_same_main_topic():
    court, family = make_topic("Courts"), make_topic("Families")
    for main, audience in ((court, "families"), (family, "everyone"), (family, "families"), (family, "professionals")):
        title = f"{main} for {audience}"
        live(make_resource(title, topics=[court, family], main_topic=main, audience=audience))
    page = live(make_resource("Expert reports", topics=[court, family], main_topic=court, audience="professionals"))
    assert set(titles_beside(page, "resources")) == {
        "Courts for families",
        "Families for everyone",
        "Families for professionals",
    }
    story = live(make_article("A story", topics=[court, family], main_topic=court))
    assert set(titles_beside(story, "resources")) == {
        "Courts for families",
        "Families for everyone",
        "Expert reports",
    }


def test_parts_of_the_own_series_are_left_to_its_box_and_of_others_one_part_is_enough():
    topic, mine, other = make_topic("Courts"), make_series(), make_series("Another")
    parts = [
        live(make_article(f"{series} {part}", topics=[topic], series=series, series_position=part))
        for series in (mine, other)
        for part in (1, 2)
    ]
    live(make_article("Alone", topics=[topic]))
    assert titles_beside(parts[0]) == ["Alone", "Another 2"]


def test_another_language_fills_up_where_there_is_too_little_in_the_pages_own():
    topic = make_topic("Courts")
    page = live(make_article(topics=[topic]))
    keys = [live(make_article(f"Story {number}", topics=[topic])).pk for number in range(5)]
    period = current_period()
    known = list(cards(keys, period=period).values())
    page.language = "en-gb"
    for edition in known:
        edition.language = "cy" if edition.title in {"Story 3", "Story 4"} else "en-gb"
    found = [other.title for other in related(page, period=period)["news"]]
    assert found == ["Story 2", "Story 1", "Story 0"]
    known[1].language = "cy"
    found = [other.title for other in related(page, period=period)["news"]]
    assert found == ["Story 2", "Story 0", "Story 4", "Story 3", "Story 1"]


def test_one_more_story_is_recommended_the_moment_it_is_published():
    topic = make_topic("Courts")
    page = live(make_article(topics=[topic]))
    assert titles_beside(page) == []
    live(make_article("The next", topics=[topic]))
    assert titles_beside(page) == ["The next"]


def test_related_costs_one_query_and_each_card_none(django_assert_num_queries):
    topic = make_topic("Courts")
    page = publish(document=make_article(topics=[topic]), by=None)
    for number in range(8):
        publish(document=make_article(f"Story {number}", topics=[topic]), by=None)
        publish(document=make_resource(f"Guide {number}", topics=[topic]), by=None)
    period = current_period()
    with django_assert_num_queries(1):
        found = related(page, period=period)
        shown = [row for section in ("news", "resources") for row in choose(found[section], number=3, shown=set())]
        assert [row.path and row.picture for row in shown] == [None] * 6


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


def pictured(*tokens: str) -> list[Edition]:
    """An unsaved edition for each letter, with the picture of that letter; none for "-"."""
    return [
        Edition(title=f"{number}{token}", picture=None if token == "-" else Picture(token=token * 32))
        for number, token in enumerate(tokens)
    ]


def shown_as(editions: Iterable[Edition]) -> list[str]:
    return [edition.title if edition.picture else f"({edition.title})" for edition in editions]


def test_a_list_keeps_its_order_and_shows_each_picture_once():
    shown = {"c" * 32}
    assert shown_as(with_each_picture_once(pictured("a", "b", "a", "-", "c"), shown=shown)) == [
        *("0a", "1b", "(2a)", "(3-)", "(4c)")
    ]
    assert shown == {"a" * 32, "b" * 32, "c" * 32}


def test_what_one_page_shows_without_a_picture_keeps_it_for_other_pages():
    editions = pictured("a", "a")
    assert shown_as(with_each_picture_once(editions, shown=set())) == ["0a", "(1a)"]
    assert shown_as(editions) == ["0a", "1a"]


def test_a_card_whose_picture_is_on_the_page_gives_way_to_the_next():
    assert shown_as(choose(pictured("a", "b", "b", "c", "d"), number=3, shown={"a" * 32})) == ["1b", "3c", "4d"]


def test_a_row_of_cards_has_pictures_for_all_or_for_none():
    shown = {"b" * 32}
    assert shown_as(choose(pictured("a", "-", "c", "d"), number=3, shown=shown)) == ["(0a)", "(1-)", "(2c)"]
    assert shown_as(choose(pictured("a", "b", "a"), number=3, shown=shown)) == ["(0a)", "(1b)", "(2a)"]
    assert shown == {"b" * 32}
    assert shown_as(choose(pictured("a", "-", "c", "d"), number=3, shown=shown, only_pictured=True)) == [
        *("0a", "2c", "3d")
    ]
    assert choose([], number=3, shown=shown) == []


def test_the_pictures_of_a_page_are_its_own_and_those_in_its_text():
    (page,) = pictured("a")
    page.body_html = f'<p>Words</p><img src="/media/images/{"b" * 32}/v1/full-800.jpg">'
    assert pictures_of(page) == {"a" * 32, "b" * 32}


def test_a_section_is_registered_once():
    with pytest.raises(ValueError, match="Two sections have the key news"):
        register(all_sections()[0])
