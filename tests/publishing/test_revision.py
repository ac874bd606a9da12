"""A document's revision rises with every change that its next edition would show."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone

from articles.models import Article, Series
from campaigns.models import Action, Campaign, Endorsement, Milestone
from publishing.models import BLOCK_MODELS, Document, Edition, Source, Text
from publishing.publish import ChangedMeanwhile, publish
from publishing.revision import part_tables
from publishing.state import state_of
from tests.factories import make_article, make_banner, make_campaign, make_staff, make_topic

pytestmark = pytest.mark.django_db


def revision_of(document: Document) -> int:
    return Document.objects.values_list("revision", flat=True).get(pk=document.pk)


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


@pytest.mark.parametrize(
    "make",
    [
        lambda c: Endorsement.objects.create(campaign=c, quote="q", name="n"),
        lambda c: Action.objects.create(campaign=c, audience="a", text="t"),
        lambda c: Milestone.objects.create(campaign=c, happened_on=c.opens_on, title="t"),
    ],
)
def test_parts_of_a_campaign_raise_it_when_added_changed_or_removed(make):
    campaign = make_campaign()
    seen = [revision_of(campaign)]
    row = make(campaign)
    seen.append(revision_of(campaign))
    row.title = row.text = row.quote = "other"
    row.save()
    seen.append(revision_of(campaign))
    row.delete()
    seen.append(revision_of(campaign))
    assert seen == sorted(set(seen))


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


def test_every_block_and_every_kind_of_document_is_watched():
    tables = part_tables()
    for model in [*BLOCK_MODELS, Article, Campaign, Source, Endorsement, Document.topics.through]:
        assert model._meta.db_table in tables
    assert Edition._meta.db_table not in tables
    assert Series._meta.db_table not in tables


def test_the_revision_seen_is_the_one_published(article):
    seen = revision_of(article)
    edition = publish(document=article, by=None, revision=seen)
    assert Edition.objects.get().revision == edition.revision == seen


def test_publishing_refuses_another_revision_than_the_one_seen(article):
    seen = revision_of(article)
    publish(document=article, by=None)
    article.publishing_text_set.update(html="<p>Changed meanwhile.</p>")
    editions = list(Edition.objects.values())
    with pytest.raises(ChangedMeanwhile, match="“A child is heard” was changed since you looked"):
        publish(document=article, by=None, revision=seen)
    assert list(Edition.objects.values()) == editions


def test_a_page_reads_as_changed_by_what_was_changed_and_not_by_the_clock(article):
    publish(document=article, by=None)
    Document.objects.update(updated_at=timezone.now() + timedelta(days=1))
    assert not state_of(article).is_changed
    article.publishing_text_set.update(html="<p>Changed by a script.</p>")
    assert state_of(article).is_changed
    publish(document=article, by=None)
    assert not state_of(article).is_changed
