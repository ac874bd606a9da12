"""A document's revision rises with every change that its next edition would show."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.core import serializers
from django.db import connection, models
from django.db.models import CASCADE
from django.utils import timezone

from articles.models import Article, Author, Byline, Resource, Series
from campaigns.models import Action, Campaign, Endorsement, Milestone
from pages.models import StandingPage
from publishing.models import (
    BLOCK_MODELS,
    Document,
    Download,
    Edition,
    Figure,
    Image,
    MediaFile,
    Source,
    Text,
    Topic,
)
from publishing.publish import PublishingError, publish
from publishing.revision import part_models
from publishing.state import state_words, with_state
from tests.factories import make_article, make_banner, make_campaign, make_resource, make_staff, make_topic

pytestmark = pytest.mark.django_db


def revision_of(document: Document) -> int:
    return Document.objects.values_list("revision", flat=True).get(pk=document.pk)


def is_changed(document: Document) -> bool:
    return "Changed since" in state_words(with_state(Document.objects, at=timezone.now()).get(pk=document.pk))


@pytest.fixture
def article(db):
    return make_article()


def change_raw(article):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE publishing_text SET html = 'x' WHERE parent_id = %s", [article.pk])


def load_saved_copy(article):
    copy = serializers.serialize("json", [Document.objects.get(pk=article.pk)])
    copy = copy.replace("A child is heard", "Brought back").replace('"revision": ', '"revision": 1000')
    for row in serializers.deserialize("json", copy):
        row.save()


CHANGES = {
    "a save of the document": lambda a: (setattr(a, "title", "New"), a.save()),
    "a change of many documents": lambda a: Document.objects.update(title="New"),
    "a change of the article's own columns": lambda a: Article.objects.update(article_kind="opinion"),
    "a new block": lambda a: Text.objects.create(parent=a, region="main", ordering=20, html="<p>More.</p>"),
    "many new blocks": lambda a: Text.objects.bulk_create([Text(parent=a, region="main", ordering=30, html="x")]),
    "a changed block": lambda a: a.publishing_text_set.update(html="<p>Other.</p>"),
    "a moved block": lambda a: a.publishing_text_set.update(ordering=99),
    "a deleted block": lambda a: a.publishing_text_set.all().delete(),
    "a statement typed by hand": change_raw,
    "a source": lambda a: Source.objects.create(document=a, text="Ofsted"),
    "a topic": lambda a: a.topics.add(make_topic("Courts")),
    "a saved copy that is loaded": load_saved_copy,
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_raises_it(article, change):
    before = revision_of(article)
    change(article)
    assert before < revision_of(article) < 100


#: Every kind of document, how a test makes one, and a change of its own columns.
DOCUMENTS = {
    Article: (make_article, {"article_kind": "opinion"}),
    Resource: (make_resource, {"cost": "Free"}),
    Campaign: (make_campaign, {"hashtag": "#Other"}),
    StandingPage: (lambda: StandingPage.objects.create(title="About", slug="about"), {"parent_slug": "us"}),
}


def first_document(model) -> Document:
    """A document that rows of this model belong to."""
    [owner] = {f.related_model for f in model._meta.local_concrete_fields if is_part_of(f)}
    make, _change = DOCUMENTS.get(owner, DOCUMENTS[Article])
    return make()


def is_part_of(field) -> bool:
    target = field.related_model
    return bool(target) and issubclass(target, Document) and field.remote_field.on_delete is CASCADE


def sample(field, document):
    """A value for a column, another at each call."""
    number = next(NUMBERS)
    if is_part_of(field):
        return document.pk
    if field.related_model:
        return {
            Author: lambda: Author.objects.create(name=f"Author {number}", slug=f"author-{number}"),
            Image: lambda: Image.objects.create(title="Picture", token=f"token{number}", width=9, height=9),
            MediaFile: lambda: MediaFile.objects.create(title="File", token=f"token{number}", size=9),
            Topic: lambda: make_topic(f"Topic {number}"),
        }[field.related_model]().pk
    if isinstance(field, models.JSONField):
        return [{"value": str(number), "label": "x"}]
    if isinstance(field, models.DateField):
        return date(2026, 1, 1) + timedelta(days=number)
    return number if isinstance(field, models.IntegerField) else str(number)[: field.max_length]


NUMBERS = count(1)
PARTS = [model for model in part_models() if not issubclass(model, Document)]


def test_the_parts_are_those_that_are_known():
    """A model that is no part any more must be taken out here by somebody who means it."""
    known = {*BLOCK_MODELS, Source, Document.topics.through, Byline, Action, Endorsement, Milestone}
    assert set(part_models()) == known | set(DOCUMENTS)


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_every_part_raises_it_when_it_comes_changes_and_goes(model):
    document = first_document(model)
    seen = [revision_of(document)]
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    row = model.objects.create(**{field.attname: sample(field, document) for field in fields})
    seen.append(revision_of(document))
    for field in fields:
        if not is_part_of(field):
            model.objects.filter(pk=row.pk).update(**{field.attname: sample(field, document)})
            seen.append(revision_of(document))
    row.delete()
    seen.append(revision_of(document))
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("model", DOCUMENTS, ids=lambda model: model.__name__)
def test_the_own_columns_of_every_kind_of_document_raise_it(model):
    make, change = DOCUMENTS[model]
    document = make()
    before = revision_of(document)
    model.objects.update(**change)
    assert revision_of(document) == before + 1


def test_what_an_edition_copies_of_a_picture_file_topic_author_or_series_raises_it():
    topic, author = make_topic("Courts"), Author.objects.create(name="Ann", slug="ann")
    picture = Image.objects.create(title="Picture", token="a", width=9, height=9)
    file = MediaFile.objects.create(title="File", token="b", size=9)
    series = Series.objects.create(title="Series", slug="series")
    article = make_article(topics=[topic], series=series, series_position=1)
    other = make_article("Another story")
    Byline.objects.create(document=article, author=author)
    Figure.objects.create(parent=article, region="main", ordering=50, image=picture)
    Download.objects.create(parent=article, region="main", ordering=60, file=file)
    untouched = revision_of(other)
    for row in (topic, author, picture, file, series):
        for name in row.edition_fields:
            before = revision_of(article)
            field = row._meta.get_field(name)
            value = not row.is_pseudonym if name == "is_pseudonym" else sample(field, None)
            type(row).objects.filter(pk=row.pk).update(**{name: value})
            assert revision_of(article) == before + 1, (row, name)
    before = revision_of(article)
    Image.objects.update(title="Only colleagues see it", rendered_version=1, withheld_at=timezone.now())
    Topic.objects.update(summary="On the topic's own page.")
    assert (revision_of(article), revision_of(other)) == (before, untouched)


def test_a_block_that_moves_to_another_document_changes_both(article):
    other = make_article("Another story")
    before = revision_of(article), revision_of(other)
    article.publishing_text_set.update(parent=other)
    assert (revision_of(article), revision_of(other)) == (before[0] + 1, before[1] + 1)


def test_changes_outside_the_page_do_not_raise_it(article):
    campaign = make_campaign()
    before = revision_of(article), revision_of(campaign)
    make_banner(campaign)
    publish(document=article, by=None)
    Document.objects.update(updated_at=timezone.now() + timedelta(days=1), updated_by=make_staff())
    assert (revision_of(article), revision_of(campaign)) == before


def test_saving_the_same_again_leaves_it(article):
    before = revision_of(article)
    Article.objects.get().save()
    Text.objects.get().save()
    article.topics.set([])
    assert revision_of(article) == before


def test_somebody_who_saves_an_old_copy_cannot_lower_it(article):
    old = Article.objects.get()
    for number in range(3):
        Document.objects.update(title=f"Title {number}")
    before = revision_of(article)
    old.save()
    assert revision_of(article) == before + 1


def test_the_revision_seen_is_the_one_published(article):
    seen = revision_of(article)
    edition = publish(document=article, by=None, revision=seen)
    assert Edition.objects.get().revision == edition.revision == seen


def test_publishing_refuses_another_revision_than_the_one_seen(article):
    seen = revision_of(article)
    publish(document=article, by=None)
    article.publishing_text_set.update(html="<p>Changed meanwhile.</p>")
    editions = list(Edition.objects.values())
    with pytest.raises(PublishingError, match="“A child is heard” was changed since you looked"):
        publish(document=article, by=None, revision=seen)
    assert list(Edition.objects.values()) == editions


def test_a_page_reads_as_changed_by_what_was_changed_and_not_by_the_clock(article):
    publish(document=article, by=None)
    Document.objects.update(updated_at=timezone.now() + timedelta(days=1))
    assert not is_changed(article)
    article.publishing_text_set.update(html="<p>Changed by a script.</p>")
    assert is_changed(article)
    publish(document=article, by=None)
    assert not is_changed(article)
