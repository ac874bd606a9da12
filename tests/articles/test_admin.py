"""Authors, series and the forms of articles and resources in the back office."""

import pytest

from articles.models import Article, Author, Byline, Resource
from tests.factories import make_article, make_author, make_resource, make_series
from tests.publishing.admin_forms import fields_of, with_row

pytestmark = pytest.mark.django_db


def test_an_author_is_added(staff):
    address = "/admin/articles/author/add/"
    fields = fields_of(staff.get(address).text) | {"name": "Ruth Mbeki", "slug": "ruth-mbeki", "role": "Social worker"}
    assert staff.post(address, fields).status_code == 302
    assert Author.objects.get().role == "Social worker"


def test_a_series_is_added_and_listed_with_the_number_of_its_parts(staff):
    address = "/admin/articles/series/add/"
    fields = fields_of(staff.get(address).text) | {"title": "Around one child", "slug": "around-one-child"}
    assert staff.post(address, fields).status_code == 302
    series = make_series("Another")
    for part in (1, 2):
        make_article(f"Part {part}", series=series, series_position=part)
    assert '<td class="field-number_of_parts">2</td>' in staff.get("/admin/articles/series/").text


def test_a_byline_is_written_in_the_form_of_the_article(staff):
    article, author = make_article(), make_author()
    address = f"/admin/articles/article/{article.pk}/change/"
    fields = with_row(fields_of(staff.get(address).text), "bylines", position=1, author=author.pk)
    assert staff.post(address, fields | {"_save": "Save"}).status_code == 302
    assert Byline.objects.get().author == author


def test_a_series_without_its_part_is_explained(staff):
    article, series = make_article(), make_series()
    address = f"/admin/articles/article/{article.pk}/change/"
    fields = fields_of(staff.get(address).text) | {"series": series.pk, "_save": "Save"}
    response = staff.post(address, fields)
    assert response.status_code == 200
    assert "say which part this is" in response.text
    assert Article.objects.get().series is None


def test_contents_that_cannot_be_read_are_explained(staff):
    resource = make_resource()
    address = f"/admin/articles/resource/{resource.pk}/change/"
    fields = fields_of(staff.get(address).text) | {"contents": "Title | four", "_save": "Save"}
    response = staff.post(address, fields)
    assert response.status_code == 200
    assert "Line 1: write the title, then | and the number of the page." in response.text
    assert Resource.objects.get().contents == ""


@pytest.mark.parametrize("query", ["?article_kind__exact=opinion", "?q=heard"])
def test_the_list_of_articles_can_be_searched_and_narrowed(staff, query):
    make_article(article_kind="opinion")
    make_article("Another story", article_kind="news")
    page = staff.get(f"/admin/articles/article/{query}").text
    assert "A child is heard" in page
    assert "Another story" not in page


def test_an_author_in_use_is_not_deleted(staff):
    author = make_author()
    Byline.objects.create(document=make_article(), author=author)
    staff.post(f"/admin/articles/author/{author.pk}/delete/", {"post": "yes"})
    assert Author.objects.count() == 1


def test_names_in_the_admin_speak_for_themselves():
    series, author = make_series(), make_author()
    byline = Byline(document=make_article(), author=author)
    assert (str(series), str(author), str(byline)) == ("Around one child", "Ruth Mbeki", "Ruth Mbeki")
    assert (series.get_absolute_url(), author.get_absolute_url()) == (
        "/series/around-one-child/",
        "/authors/ruth-mbeki/",
    )
