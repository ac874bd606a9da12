"""What the database and the models enforce for articles and resources."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from articles.models import Author, Byline, Series, parse_contents
from tests.factories import make_article, make_author, make_resource, make_series

pytestmark = pytest.mark.django_db


def refused(create, **fields) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create(**fields)


def test_a_series_has_each_part_once():
    series = make_series()
    make_article("One", series=series, series_position=1)
    refused(make_article, title="Another", series=series, series_position=1)
    make_article("Two", series=series, series_position=2)


@pytest.mark.parametrize("fields", [{"series_position": 1}, {"series": True}, {"series": True, "series_position": 0}])
def test_a_series_and_its_part_come_together(fields):
    if "series" in fields:
        fields = fields | {"series": make_series()}
    refused(make_article, **fields)


def test_an_editor_is_told_to_name_the_part():
    article = make_article()
    article.series = make_series()
    with pytest.raises(ValidationError, match="say which part this is"):
        article.full_clean()


@pytest.mark.parametrize("make", [make_article, make_resource])
def test_whoever_reviewed_a_page_did_so_on_a_day(make):
    author = make_author()
    refused(make, reviewed_by=author)
    document = make()
    document.reviewed_by = author
    with pytest.raises(ValidationError, match="Say on which day"):
        document.full_clean()


def test_an_author_is_in_a_byline_once():
    author, article, resource = make_author(), make_article(), make_resource()
    Byline.objects.create(document=article, author=author)
    Byline.objects.create(document=resource, author=author)
    refused(Byline.objects.create, document=article, author=author)
    refused(Byline.objects.create, document=resource, author=author)


def test_authors_and_series_have_addresses_of_their_own():
    make_author(), make_series()
    refused(Author.objects.create, name="Other", slug="ruth-mbeki")
    refused(Series.objects.create, title="Other", slug="around-one-child")


def test_contents_are_read_line_by_line_with_or_without_a_page():
    assert parse_contents("Starting at 5 | 4\n\n  Packing \nEither | or | 12") == [
        {"title": "Starting at 5", "page": 4},
        {"title": "Packing", "page": None},
        {"title": "Either | or", "page": 12},
    ]


@pytest.mark.parametrize("line", ["Title | four", "Title |", "| 4", "Title | ٤"])
def test_a_wrong_line_of_contents_is_named(line):
    with pytest.raises(ValidationError) as refusal:
        parse_contents(f"Fine | 1\n{line}")
    assert refusal.value.messages == ["Line 2: write the title, then | and the number of the page."]
