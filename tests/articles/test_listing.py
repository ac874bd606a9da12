"""The lists of news and resources, and the pages of topics, authors and series."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from articles.models import Byline, Resource
from pages.models import SiteSettings
from publishing.models import Edition, EditionLabel
from publishing.publish import publish, withdraw
from tests.factories import (
    make_article,
    make_author,
    make_live_articles,
    make_resource,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db


def titles(client, address: str) -> list[str]:
    """The titles of a list, in their order, with that of the story above it."""
    response = client.get(address)
    assert response.status_code == 200, address
    lead = response.context.get("lead_story")
    return [edition.title for edition in [*([lead] if lead else []), *response.context["page_obj"]]]


def options(client, address: str) -> dict[str, dict[str, int]]:
    """What each filter of a list offers, and how many that is said to be."""
    return {
        filter["parameter"]: {str(option["label"]): option["count"] for option in filter["options"]}
        for filter in client.get(address).context["filters"]
    }


def title_of(client, address: str) -> str:
    return unescape(re.search("<title>(.*?)</title>", client.get(address).text)[1])


def live(document):
    return publish(document=document, by=None)


def test_news_are_listed_the_newest_first(client):
    today = timezone.localdate()
    live(make_article("Older", dated_on=today - timedelta(days=9)))
    live(make_article("Newer", dated_on=today - timedelta(days=2)))
    assert titles(client, "/news/") == ["Newer", "Older"]


def test_news_and_resources_keep_to_their_own_lists(client):
    live(make_article("A story"))
    live(make_resource("A guide"))
    assert titles(client, "/news/") == ["A story"]
    assert titles(client, "/resources/") == ["A guide"]


def test_a_list_shows_only_what_is_public_now(client):
    make_article("Draft")
    live(make_article("Public"))
    publish(document=make_article("Tomorrow"), by=None, at=timezone.now() + timedelta(days=1))
    gone = make_article("Withdrawn")
    live(gone)
    withdraw(document=gone, by=None)
    assert titles(client, "/news/") == ["Public"]


def test_a_change_that_is_not_published_stays_out_of_lists(client):
    article = make_article("As published")
    live(article)
    article.title = "As rewritten"
    article.save()
    assert titles(client, "/news/") == ["As published"]


def test_a_topic_narrows_the_list_with_one_link(client):
    courts, care = make_topic("Courts"), make_topic("Care")
    live(make_article("In court", topics=[courts]))
    live(make_article("In care", topics=[care]))
    live(make_article("Both", topics=[courts, care]))
    assert options(client, "/news/")["topic"] == {"All topics": 3, "Care": 2, "Courts": 2}
    assert 'href="/news/?topic=courts"' in client.get("/news/").text
    assert set(titles(client, "/news/?topic=courts")) == {"In court", "Both"}


def test_topics_are_counted_within_their_own_list(client):
    courts = make_topic("Courts")
    make_topic("Empty")
    live(make_article("A story"))
    live(make_resource("A guide", topics=[courts]))
    assert "topic" not in options(client, "/news/")
    assert options(client, "/resources/")["topic"] == {"All topics": 1, "Courts": 1}


def test_withdrawn_pages_are_not_counted(client):
    courts = make_topic("Courts")
    live(make_article("Here", topics=[courts]))
    gone = make_article("Gone", topics=[courts], article_kind="opinion")
    live(gone)
    withdraw(document=gone, by=None)
    assert options(client, "/news/") == {
        "topic": {"All topics": 1, "Courts": 1},
        "kind": {"All kinds": 1, "News stories": 1},
    }


def test_every_choice_leads_to_as_many_as_it_says_whatever_else_is_chosen(client):
    topics = [make_topic("Courts"), make_topic("Care"), make_topic("Schools")]
    for number in range(24):
        kind, audience = Resource.Kind.values[number % 3], Resource.Audience.values[number % 4]
        live(make_resource(f"No {number}", topics=topics[: number % 4], resource_kind=kind, audience=audience))
    seen, waiting = set(), ["/resources/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        for filter in response.context["filters"]:
            assert [option["is_current"] for option in filter["options"]].count(True) == 1
            for option in filter["options"]:
                waiting.append(option["url"])
                assert client.get(option["url"]).context["total"] == option["count"] > 0, (address, option)
    assert len(seen) > 40


def test_a_choice_that_leads_to_nothing_is_no_link_and_the_one_in_use_stays(client):
    courts, care = make_topic("Courts"), make_topic("Care")
    live(make_article("In court", topics=[courts], article_kind="opinion"))
    live(make_article("In care", topics=[care]))
    assert options(client, "/news/?topic=courts")["kind"] == {"All kinds": 1, "Opinion": 1}
    assert options(client, "/news/?kind=opinion")["topic"] == {"All topics": 1, "Courts": 1}
    assert options(client, "/news/?kind=opinion&topic=care")["topic"] == {"All topics": 1, "Courts": 1, "Care": 0}


def test_what_is_for_everyone_is_listed_for_each_audience(client):
    for audience in Resource.Audience.values:
        live(make_resource(f"For {audience}", audience=audience))
    assert set(titles(client, "/resources/?for=young-people")) == {"For young-people", "For everyone"}
    assert set(titles(client, "/resources/?for=professionals")) == {"For professionals", "For everyone"}
    assert options(client, "/resources/")["for"] == {
        "All readers": 4,
        "Families": 2,
        "Young people": 2,
        "Professionals": 2,
    }


def test_kind_and_audience_narrow_the_list_of_resources(client):
    kinds, audiences = Resource.Kind, Resource.Audience
    live(make_resource("One", resource_kind=kinds.EXPLAINER, audience=audiences.FAMILIES))
    live(make_resource("Two", resource_kind=kinds.EXPLAINER, audience=audiences.PROFESSIONALS))
    live(make_resource("Three", resource_kind=kinds.DOWNLOAD, audience=audiences.FAMILIES))
    assert set(titles(client, "/resources/?kind=explainer")) == {"One", "Two"}
    assert set(titles(client, "/resources/?for=families")) == {"One", "Three"}
    assert titles(client, "/resources/?kind=explainer&for=families") == ["One"]


def test_each_filter_in_use_can_be_taken_away_by_itself(client):
    courts = make_topic("Courts")
    live(make_resource(topics=[courts], audience=Resource.Audience.FAMILIES))
    response = client.get("/resources/?topic=courts&kind=explainer&for=families")
    assert [(str(one["label"]), one["remove_url"]) for one in response.context["filters_in_use"]] == [
        ("Courts", "/resources/?kind=explainer&for=families"),
        ("Explainers", "/resources/?topic=courts&for=families"),
        ("Families", "/resources/?topic=courts&kind=explainer"),
    ]
    assert 'href="/resources/?topic=courts&amp;kind=explainer"' in response.text


def test_a_link_of_a_filter_keeps_what_was_chosen_in_the_others(client):
    courts = make_topic("Courts")
    live(make_resource(topics=[courts], audience=Resource.Audience.FAMILIES))
    page = client.get("/resources/?topic=courts&for=families").text
    assert 'href="/resources/?topic=courts&amp;kind=explainer&amp;for=families"' in page
    assert 'href="/resources/?topic=courts&amp;for=families" aria-current="true"' in page


@pytest.mark.parametrize(
    ("query", "heading", "number"),
    [
        ("kind=guide&topic=courts", "Knowledge: guides to download on Courts", "1 result"),
        ("for=families", "Knowledge: everything for families", "2 results"),
        ("topic=courts&for=young-people", "Knowledge: everything on Courts for young people", "1 result"),
    ],
)
def test_the_title_of_a_list_names_what_was_asked_for(client, query, heading, number):
    live(make_resource("One", resource_kind="guide", topics=[make_topic("Courts")]))
    live(make_resource("Two", audience="families"))
    assert title_of(client, "/resources/") == "Knowledge - Children First"
    assert title_of(client, f"/resources/?{query}") == f"{heading}, {number}, page 1 of 1 - Children First"
    assert f"<h1>{heading}</h1>" in client.get(f"/resources/?{query}").text


def test_search_engines_keep_the_pages_of_a_list_but_no_filtered_one(client):
    make_live_articles(13, topics=[make_topic("Courts")])
    assert 'rel="canonical" href="http://127.0.0.1:8000/news/?page=2"' in client.get("/news/?page=2").text
    filtered = client.get("/news/?topic=courts").text
    assert '<meta name="robots" content="noindex">' in filtered
    assert "canonical" not in filtered
    assert "noindex" not in client.get("/news/").text


def test_a_form_sent_with_nothing_chosen_shows_everything(client):
    live(make_resource())
    assert titles(client, "/resources/?topic=&kind=&for=") == ["What a guardian does"]


def test_filters_that_nothing_fits_say_so_and_lead_back(client):
    live(make_article("A story"))
    response = client.get("/news/?kind=opinion")
    assert (response.status_code, response.context["total"]) == (200, 0)
    assert "Nothing fits these filters" in response.text
    assert 'href="/news/"' in response.text


def test_an_empty_site_has_lists_that_say_so(client):
    for address in ("/news/", "/resources/"):
        assert "Nothing has been published here yet" in client.get(address).text


def test_a_long_list_is_split_into_pages_with_plain_links(client):
    make_live_articles(30)
    first = client.get("/news/")
    assert titles(client, "/news/") == [f"Story {number}" for number in range(12)]
    assert 'href="/news/?page=2" rel="next"' in first.text
    second = client.get("/news/?page=2")
    assert 'href="/news/" rel="prev"' in second.text
    assert 'href="/news/?page=3" rel="next"' in second.text
    assert titles(client, "/news/?page=2") == [f"Story {number}" for number in range(12, 24)]
    assert titles(client, "/news/?page=3") == [f"Story {number}" for number in range(24, 30)]
    assert 'rel="next"' not in client.get("/news/?page=3").text


def test_the_news_open_with_the_lead_story_and_repeat_it_nowhere(client):
    make_live_articles(30)
    chosen = Edition.objects.get(title="Story 20")
    SiteSettings.objects.update_or_create(pk=1, defaults={"lead_story_id": chosen.document_id})
    rest = [f"Story {number}" for number in range(30) if number != 20]
    first = client.get("/news/")
    assert first.context["lead_story"] == chosen
    assert first.context["total"] == 30
    assert titles(client, "/news/") == ["Story 20", *rest[:11]]
    assert titles(client, "/news/?page=2") == rest[11:23]
    assert titles(client, "/news/?page=3") == rest[23:]
    assert client.get("/news/?kind=news").context["lead_story"] is None
    assert titles(client, "/news/?kind=news")[:3] == ["Story 0", "Story 1", "Story 2"]


def test_a_lead_story_of_another_section_does_not_open_the_news(client):
    guide = make_resource("A guide")
    live(guide)
    SiteSettings.objects.update_or_create(pk=1, defaults={"lead_story": guide})
    assert "Nothing has been published here yet" in client.get("/news/").text
    live(make_article("A story"))
    response = client.get("/news/")
    assert response.context["lead_story"].title == "A story"
    assert "Nothing has been published" not in response.text


def test_the_pager_keeps_the_filters(client):
    make_live_articles(30, topics=[make_topic("Courts")])
    page = client.get("/news/?topic=courts&kind=news").text
    assert 'href="/news/?topic=courts&amp;kind=news&amp;page=2" rel="next"' in page


def test_a_very_long_list_links_its_first_last_and_nearest_pages(client):
    make_live_articles(12 * 13)
    links = client.get("/news/?page=7").context["page_links"]
    assert [link and link["number"] for link in links] == [1, None, 5, 6, 7, 8, 9, None, 13]
    assert [link["number"] for link in links if link and link["is_current"]] == [7]


def test_the_first_page_has_one_address(client):
    make_live_articles(13)
    assert 'rel="canonical" href="http://127.0.0.1:8000/news/"' in client.get("/news/?page=1").text
    assert "page=1" not in client.get("/news/?page=2").text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=3",
        "page=-1",
        "page=abc",
        "page=",
        "page=01",
        "page=1.0",
        "page=%D9%A2",
        "page=" + "9" * 5000,
        "kind=poem",
        "topic=no-such-topic",
        "topic=" + "x" * 4000,
    ],
)
def test_an_unknown_page_or_filter_of_a_list_is_404(client, query):
    make_live_articles(13)
    assert client.get(f"/news/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["page=%00", "kind=news%00", "topic=%00", "topic=%ED%A0%80"])
def test_nul_and_half_characters_in_a_query_are_400(client, query):
    live(make_article())
    assert client.get(f"/news/?{query}").status_code == 400


def test_an_unknown_audience_is_404(client):
    live(make_resource())
    assert client.get("/resources/?for=nobody").status_code == 404


def test_a_topic_without_anything_in_this_list_is_an_empty_list(client):
    make_topic("Courts")
    assert titles(client, "/news/?topic=courts") == []


def test_a_topics_page_gathers_stories_and_resources(client):
    courts = make_topic("Courts", summary="Family courts, in plain words.")
    live(make_article("In court", topics=[courts]))
    live(make_resource("Your first hearing", topics=[courts]))
    live(make_article("Elsewhere"))
    response = client.get("/topics/courts/")
    assert {edition.title for edition in response.context["page_obj"]} == {"In court", "Your first hearing"}
    assert "Family courts, in plain words." in response.text


def test_an_authors_page_lists_their_articles_and_marks_a_pseudonym(client):
    author = make_author("Callum", role="Care leaver", is_pseudonym=True)
    article = make_article("He reads his file")
    Byline.objects.create(document=article, author=author)
    live(article)
    live(make_article("Not his"))
    response = client.get("/authors/callum/")
    assert [edition.title for edition in response.context["page_obj"]] == ["He reads his file"]
    assert "not the author’s real name" in response.text


def test_a_series_is_listed_in_the_order_of_its_parts(client):
    series, today = make_series(summary="Three people, one child."), timezone.localdate()
    for part, days in ((2, 1), (10, 3), (1, 2)):
        dated_on = today - timedelta(days=days)
        live(make_article(f"Part {part}", series=series, series_position=part, dated_on=dated_on))
    assert titles(client, "/series/around-one-child/") == ["Part 1", "Part 2", "Part 10"]
    page = client.get("/series/around-one-child/").text
    assert re.findall('<p class="kicker">(Part .*?)</p>', page) == ["Part 1", "Part 2", "Part 10"]


@pytest.mark.parametrize("address", ["/topics/none/", "/authors/none/", "/series/none/", "/topics/Not%20a%20slug/"])
def test_an_unknown_collection_is_404(client, address):
    assert client.get(address).status_code == 404


def test_a_collection_without_live_pages_is_404_or_410(client):
    courts, author, series = make_topic("Courts"), make_author("Callum", bio="Born in Leith."), make_series()
    article = make_article(series=series, series_position=1, topics=[courts])
    Byline.objects.create(document=article, author=author)
    addresses = ["/topics/courts/", "/authors/callum/", "/series/around-one-child/"]
    assert [client.get(address).status_code for address in addresses] == [404] * 3
    publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    assert [client.get(address).status_code for address in addresses] == [404] * 3
    live(article)
    assert [client.get(address).status_code for address in addresses] == [200] * 3
    withdraw(document=article, by=None)
    answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [410] * 3
    assert "Leith" not in answers[1].text


@pytest.mark.parametrize("number", [5, 300])
@pytest.mark.parametrize(
    "address",
    [
        "/news/",
        "/news/?topic=courts&kind=news",
        "/resources/",
        "/topics/courts/",
        "/authors/ruth-mbeki/",
        "/series/around-one-child/",
    ],
)
def test_a_list_costs_at_most_four_queries_however_long_it_is(client, django_assert_max_num_queries, number, address):
    make_author(), make_series()
    courts = make_topic("Courts")
    make_live_articles(number, topics=[courts])
    live(make_resource(topics=[courts]))
    filed = [("author", "ruth-mbeki"), ("series", "around-one-child")]
    EditionLabel.objects.bulk_create(
        EditionLabel(edition=edition, kind=kind, slug=slug, section="news", dated_on=edition.dated_on)
        for edition in Edition.objects.filter(section="news")
        for kind, slug in filed
    )
    with django_assert_max_num_queries(4):
        response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
