"""The pages of articles and resources as readers meet them."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.utils import timezone

from articles.models import Byline
from pages.fallback import HELPLINES
from publishing.models import MediaFile, Source
from publishing.publish import publish, withdraw
from tests.factories import (
    make_article,
    make_author,
    make_live_articles,
    make_resource,
    make_series,
    make_topic,
)
from tests.html import text_of

pytestmark = pytest.mark.django_db


def live(document):
    return publish(document=document, by=None)


def test_an_article_shows_its_title_authors_date_and_reading_time(client):
    article = make_article(standfirst="She was asked.", text="<p>" + "word " * 600 + "</p>", dated_on=date(2021, 8, 24))
    Byline.objects.create(document=article, author=make_author(role="Social worker"))
    live(article)
    text = text_of(client.get("/news/a-child-is-heard/"))
    for part in ("A child is heard", "She was asked.", "By Ruth Mbeki", "24 August 2021", "3 minute read"):
        assert part in text
    assert "Ruth Mbeki, Social worker" in text


def test_a_resource_in_welsh_is_welsh_in_its_head_in_lists_and_for_cards(client):
    resource = make_resource("Ymweliad", language="cy", standfirst="Beth fydd yn digwydd?", written_for="Teuluoedd")
    live(resource)
    page = client.get("/resources/ymweliad/").text
    assert '<title lang="cy">Ymweliad' in page
    assert '<meta name="description" lang="cy" content="Beth fydd' in page
    assert '<meta property="og:locale" content="cy_GB">' in page
    assert '<h1 lang="cy">Ymweliad</h1>' in page
    assert '<p class="kicker">Explainer</p>' in page
    listed = client.get("/resources/").text
    assert '<h3 lang="cy"><a href="/resources/ymweliad/"' in listed
    assert '<p lang="cy">Beth fydd' in listed
    assert '<h3 lang="cy"><a href="/resources/ymweliad/"' in client.get("/").text


def test_a_file_in_another_language_than_its_page_says_so(client):
    file = MediaFile.objects.create(
        title="Canllaw", token="a" * 32, format="pdf", size=2048, file="files/a.pdf", language="cy"
    )
    live(make_resource(file=file))
    page = client.get("/resources/what-a-guardian-does/").text
    assert 'hreflang="cy"' in page
    assert ", in Welsh" in text_of(page)


def test_authors_stand_in_the_order_of_the_byline(client):
    article = make_article()
    Byline.objects.create(document=article, author=make_author("Ann Second"), position=2)
    Byline.objects.create(document=article, author=make_author("Zoe First"), position=1)
    assert live(article).byline == "Zoe First, Ann Second"


def test_a_pseudonym_is_marked_wherever_it_is_printed(client):
    article = make_article()
    Byline.objects.create(document=article, author=make_author("Callum", is_pseudonym=True))
    live(article)
    text = text_of(client.get("/news/a-child-is-heard/"))
    assert "By Callum (a pseudonym)" in text
    assert "Callum (not their real name)" in text


def test_a_byline_stays_as_it_was_published(client):
    author = make_author("Before Marriage")
    article = make_article()
    Byline.objects.create(document=article, author=author)
    live(article)
    author.name = "After Marriage"
    author.save()
    assert "By Before Marriage" in text_of(client.get("/news/a-child-is-heard/"))


def test_a_distressing_article_warns_first_and_carries_the_helplines(client):
    live(make_article(content_note="This account mentions abuse.", is_sensitive=True, text="<p>The account.</p>"))
    page = client.get("/news/a-child-is-heard/").text
    assert page.index("This account mentions abuse.") < page.index("The account.")
    assert 'id="help"' in page
    assert page.count(HELPLINES[1]["number"]) >= 2  # beside the text, and in the footer of every page


def test_sources_are_linked_from_their_marks_and_back(client):
    article = make_article(text="<p>It rose by a third [1].</p>")
    Source.objects.create(document=article, text="Police figures, 2021.", url="https://example.org/figures")
    live(article)
    page = client.get("/news/a-child-is-heard/").text
    for part in ('href="#source-1"', 'id="source-1"', 'id="ref-1"', 'href="#ref-1"', "Police figures, 2021."):
        assert part in page


@pytest.mark.parametrize("make", [make_article, make_resource])
def test_a_page_says_at_its_end_who_reviewed_it_and_when(client, make):
    reviewer = make_author("Ama Owusu", role="Social worker")
    edition = live(make(reviewed_on=date(2021, 5, 3), reviewed_by=reviewer))
    assert "Reviewed by Ama Owusu, Social worker, 3 May 2021" in text_of(client.get(edition.path))
    reviewer.name = "Somebody Else"
    reviewer.save()
    assert "Reviewed by Ama Owusu" in text_of(client.get(edition.path))


def test_a_review_without_a_name_shows_its_day(client):
    live(make_article(reviewed_on=date(2021, 5, 3)))
    assert "Last reviewed 3 May 2021" in text_of(client.get("/news/a-child-is-heard/"))


@pytest.mark.parametrize("make", [make_article, make_resource])
@pytest.mark.parametrize(
    ("dated_years_ago", "reviewed_years_ago", "words"),
    [(5, None, "written"), (9, 5, "last reviewed"), (5, 9, "written"), (3, None, ""), (9, 1, ""), (1, 9, "")],
)
def test_a_page_of_more_than_four_years_says_so_at_its_top(client, make, dated_years_ago, reviewed_years_ago, words):
    today = timezone.localdate()
    dated_on, reviewed_on = (
        years and today.replace(year=today.year - years, day=1) for years in (dated_years_ago, reviewed_years_ago)
    )
    edition = live(make(dated_on=dated_on, reviewed_on=reviewed_on))
    page = text_of(client.get(edition.path))
    assert ("Law and advice may have changed since." in page) is bool(words)
    if words:
        month = f"{max(dated_on, reviewed_on or dated_on):%B %Y}"
        assert f"This page was {words} in {month}. Law and advice" in page
        assert page.index("Law and advice may") < page.index("Words.")


def test_what_stands_under_a_text_is_the_same_for_every_reader_and_needs_no_script(client):
    for edition in (live(make_article()), live(make_resource())):
        page = client.get(edition.path).text
        form = re.search(r'<form class="useful.*?</form>', page, re.DOTALL)[0]
        assert f'name="page" value="{edition.path}"' in form
        assert "token" not in form
        assert f'href="/report/?page={quote(edition.path, safe="")}"' in form
        assert re.search(r"<p[^>]*data-page-tools[^>]*\shidden>", page)
        assert "js/page-tools" in page


def test_a_page_on_paper_ends_with_its_own_address(client, settings):
    edition = live(make_article())
    assert f'<p class="print-only">{settings.SITE_URL}{edition.path}</p>' in client.get(edition.path).text


def test_an_article_links_related_stories_three_resources_and_the_enquiry_form(client):
    courts = make_topic("Courts")
    live(make_article(topics=[courts]))
    make_live_articles(5, topics=[courts])
    for number in range(4):
        live(make_resource(f"Guide {number}", topics=[courts]))
    response = client.get("/news/a-child-is-heard/")
    assert [story.title for story in response.context["related"]] == ["Story 0", "Story 1", "Story 2"]
    assert len(response.context["resources"]) == 3
    assert 'href="/topics/courts/"' in response.text
    assert 'href="/contact/write/"' in response.text


def test_an_article_of_a_series_shows_the_public_parts_in_their_order(client):
    series = make_series()
    parts = [make_article(f"Part {part}", series=series, series_position=part) for part in (10, 2, 1, 3)]
    for article in parts[:3]:
        live(article)
    page = client.get("/news/part-2/").text
    assert "Part 2 of 10" in page
    assert 'href="/series/around-one-child/"' in page
    listed = re.search(r'id="series".*?<ol class="parts">(.*?)</ol>', page, re.DOTALL)[1]
    assert re.findall(r'<li value="(\d+)">(.*?)</li>', listed) == [
        ("1", '<a href="/news/part-1/">Part 1</a>'),
        ("2", "<b>Part 2</b>"),
        ("10", '<a href="/news/part-10/">Part 10</a>'),
    ]


def test_each_part_of_a_series_leads_to_the_one_before_and_the_next(client):
    series = make_series()
    for part in (1, 2, 4):
        live(make_article(f"Part {part}", series=series, series_position=part))
    ways = r'<a href="([^"]+)" rel="(prev|next)">'
    assert re.findall(ways, client.get("/news/part-1/").text) == [("/news/part-2/", "next")]
    assert re.findall(ways, client.get("/news/part-2/").text) == [("/news/part-1/", "prev"), ("/news/part-4/", "next")]
    assert re.findall(ways, client.get("/news/part-4/").text) == [("/news/part-2/", "prev")]
    assert "Part 4 of 4" in text_of(client.get("/news/part-4/"))


def test_a_preview_of_a_part_leads_to_the_public_parts_around_it(staff):
    series = make_series()
    for part in (1, 3):
        live(make_article(f"Part {part}", series=series, series_position=part))
    draft = make_article("Part 2", series=series, series_position=2)
    page = staff.get(f"/admin/articles/article/{draft.pk}/preview/")
    assert "Part 2 of 3" in text_of(page)
    assert [page.context[name].title for name in ("previous_part", "next_part")] == ["Part 1", "Part 3"]


def test_the_only_part_of_a_series_leads_nowhere(client):
    live(make_article("Part 1", series=make_series(), series_position=1))
    page = client.get("/news/part-1/").text
    assert "Part 1 of 1" in page
    assert 'class="parts-nav"' not in page


def test_a_new_part_is_listed_on_the_pages_of_the_others_at_once(client):
    series = make_series()
    live(make_article("Part 1", series=series, series_position=1))
    assert "Part 2</a>" not in client.get("/news/part-1/").text
    second = make_article("Part 2", series=series, series_position=2)
    live(second)
    assert '<a href="/news/part-2/">Part 2</a>' in client.get("/news/part-1/").text
    withdraw(document=second, by=None)
    assert "Part 2</a>" not in client.get("/news/part-1/").text


def test_a_page_tells_where_it_stands(client):
    live(make_article())
    live(make_resource())
    for address, label, parent in (
        ("/news/a-child-is-heard/", "News", "/news/"),
        ("/resources/what-a-guardian-does/", "Knowledge", "/resources/"),
    ):
        response = client.get(address)
        assert [(str(crumb["label"]), crumb["url"]) for crumb in response.context["crumbs"]] == [
            (label, parent),
        ]


def test_a_guide_shows_its_contents_and_authors(client):
    resource = make_resource(
        written_for="Parents and carers",
        cost="Free",
        contents="Before the day | 3\nAfterwards",
        audience="families",
        reviewed_on=date(2021, 5, 1),
    )
    Byline.objects.create(document=resource, author=make_author())
    edition = live(resource)
    assert edition.details["contents"] == [
        {"title": "Before the day", "page": 3},
        {"title": "Afterwards", "page": None},
    ]
    text = text_of(client.get("/resources/what-a-guardian-does/"))
    for part in ("Before the day p. 3", "Afterwards", "Ruth Mbeki"):
        assert part in text


def test_a_draft_is_not_found(client):
    make_article()
    assert client.get("/news/a-child-is-heard/").status_code == 404


def test_an_address_that_never_was_is_not_found(client):
    for address in ("/news/never/", "/resources/never/", "/news/" + "x" * 3000 + "/"):
        assert client.get(address).status_code == 404, address


def test_a_withdrawn_page_is_410_and_shows_the_helplines(client):
    article = make_article()
    live(article)
    withdraw(document=article, by=None)
    response = client.get("/news/a-child-is-heard/")
    assert response.status_code == 410
    assert HELPLINES[1]["number"] in response.text


def test_a_moved_page_leads_to_its_new_address(client):
    article = make_article()
    live(article)
    article.slug = "heard-at-last"
    article.save()
    live(article)
    response = client.get("/news/a-child-is-heard/")
    assert (response.status_code, response["Location"]) == (301, "/news/heard-at-last/")
    assert client.get("/news/heard-at-last/").status_code == 200


def test_a_change_is_public_only_after_publishing_again(client):
    article = make_article("First words")
    live(article)
    article.title = "Second words"
    article.save()
    assert "First words" in client.get("/news/first-words/").text
    assert "Second words" not in client.get("/news/first-words/").text
    live(article)
    assert "Second words" in client.get("/news/first-words/").text


def test_markup_typed_into_plain_fields_is_escaped(client):
    series = make_series("<b>Series</b>", slug="series")
    article = make_article(
        "<i>Title</i>",
        slug="title",
        standfirst="<u>Lead</u>",
        series=series,
        series_position=1,
        content_note="<s>",
    )
    Byline.objects.create(document=article, author=make_author("<em>Name</em>", slug="name", role="<q>r</q>"))
    live(article)
    page = client.get("/news/title/").text
    for markup in ("<i>Title", "<u>Lead", "<em>Name", "<q>r", "<s>", "<b>Series"):
        assert markup not in page
    assert "&lt;i&gt;Title&lt;/i&gt;" in page


@pytest.mark.parametrize("number", [5, 300])
def test_a_page_costs_at_most_four_queries_and_sets_no_cookie(client, django_assert_max_num_queries, number):
    courts, care = make_topic("Courts"), make_topic("Care")
    series = make_series()
    article = make_article(topics=[courts, care], series=series, series_position=1, is_sensitive=True)
    Byline.objects.create(document=article, author=make_author())
    live(article)
    live(make_resource(topics=[courts]))
    make_live_articles(number, topics=[courts])
    for address in ("/news/a-child-is-heard/", "/resources/what-a-guardian-does/"):
        with django_assert_max_num_queries(4):
            response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.get("Vary", "")


def test_a_page_and_a_list_refuse_a_post(client):
    live(make_article())
    for address in ("/news/a-child-is-heard/", "/news/"):
        assert client.post(address).status_code == 405
