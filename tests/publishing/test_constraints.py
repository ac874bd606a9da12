"""What the database itself refuses about editions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Article
from core import triggers
from publishing import constraints
from publishing.models import Edition
from tests.factories import make_article, make_edition, make_staff

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def refused(rule):
    return pytest.raises(IntegrityError, match=rule)


def test_two_editions_of_a_document_are_never_live_at_once():
    article = make_article()
    make_edition(article, live_from=NINE)
    with refused(constraints.ONE_PER_DOCUMENT), transaction.atomic():
        make_edition(article, live_from=NINE + HOUR, path="/news/elsewhere/")


def test_two_documents_are_never_live_at_one_address():
    make_edition(make_article(), live_from=NINE)
    other = make_article("Another story")
    with refused(constraints.ONE_PER_PATH), transaction.atomic():
        make_edition(other, live_from=NINE + HOUR, path="/news/a-child-is-heard/")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(0, None), (0, 1), (0, 4), (2, 3), (2, None), (1, 2)],
    ids=["covers-open", "same", "covers", "inside", "inside-open", "first-hour"],
)
def test_every_kind_of_overlap_is_refused(begins, ends):
    article = make_article()
    make_edition(article, live_from=NINE, live_until=NINE + 4 * HOUR)
    with refused(constraints.ONE_PER_DOCUMENT), transaction.atomic():
        end = None if ends is None else NINE + ends * HOUR
        make_edition(article, live_from=NINE + begins * HOUR, live_until=end, path="/news/moved/")


def test_one_edition_may_begin_in_the_moment_another_ends():
    article = make_article()
    make_edition(article, live_from=NINE, live_until=NINE + HOUR)
    make_edition(article, live_from=NINE + HOUR)
    make_edition(article, live_from=NINE - HOUR, live_until=NINE)
    assert Edition.objects.count() == 3


def test_a_moment_with_microseconds_is_compared_with_one_without():
    article = make_article()
    make_edition(article, live_from=NINE, live_until=NINE + timedelta(microseconds=1))
    with refused(constraints.ONE_PER_DOCUMENT), transaction.atomic():
        make_edition(article, live_from=NINE, live_until=NINE + HOUR, path="/news/moved/")


def test_a_cancelled_edition_blocks_nothing():
    article = make_article()
    make_edition(article, live_from=NINE, live_until=NINE)
    make_edition(article, live_from=NINE - HOUR)
    assert Edition.objects.live(at=NINE).count() == 1


def test_a_longer_end_is_refused_where_another_edition_begins():
    article = make_article()
    soon = timezone.now() + HOUR
    first = make_edition(article, live_from=timezone.now(), live_until=soon)
    make_edition(article, live_from=soon, path="/news/moved/")
    with refused(constraints.ONE_PER_DOCUMENT), transaction.atomic():
        Edition.objects.filter(pk=first.pk).update(live_until=soon + HOUR)


def test_a_longer_end_is_refused_where_another_document_has_the_address():
    soon = timezone.now() + HOUR
    first = make_edition(make_article(), live_from=timezone.now(), live_until=soon)
    make_edition(make_article("Another story"), live_from=soon, path=first.path)
    with refused(constraints.ONE_PER_PATH), transaction.atomic():
        Edition.objects.filter(pk=first.pk).update(live_until=None)


@pytest.mark.parametrize("field", [f.attname for f in Edition._meta.concrete_fields if not f.primary_key])
def test_the_content_of_an_edition_never_changes(field):
    edition = make_edition(make_article(), live_from=timezone.now() + HOUR)
    if field in {"live_until", "expires_at"}:
        Edition.objects.filter(pk=edition.pk).update(**{field: timezone.now() + 2 * HOUR})
        assert getattr(Edition.objects.get(pk=edition.pk), field) is not None
        return
    changed = {
        "document_id": lambda: make_article("Another story").pk,
        "taken_by_id": lambda: make_staff().pk,
        "translation_of_id": lambda: make_article("Another story").pk,
        "image_id": lambda: 1,
        "dated_on": lambda: "2020-01-01",
        "changed_on": lambda: "2020-01-01",
        "live_from": lambda: NINE,
        "taken_at": lambda: NINE,
        "reading_minutes": lambda: 77,
        "revision": lambda: 77,
        "is_sensitive": lambda: True,
        "picture": lambda: {"token": "x"},
        "details": lambda: {"token": "x"},
        "topics": lambda: [{"slug": "x"}],
        "sources": lambda: [{"text": "x"}],
        "path": lambda: "/news/changed/",
    }.get(field, lambda: "changed")()
    with refused(constraints.UNCHANGED), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**{field: changed})


def test_a_member_of_staff_who_leaves_is_taken_out_of_the_record():
    somebody = make_staff()
    edition = make_edition(make_article(), live_from=NINE, taken_by=somebody)
    somebody.delete()
    edition.refresh_from_db()
    assert edition.taken_by is None


def test_the_end_of_what_is_over_is_never_changed():
    edition = make_edition(make_article(), live_from=NINE, live_until=NINE + HOUR)
    with refused(constraints.PAST_UNCHANGED), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(live_until=None)


def test_what_is_live_cannot_be_ended_in_the_past():
    edition = make_edition(make_article(), live_from=NINE)
    with refused(constraints.PAST_UNCHANGED), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(live_until=NINE + HOUR)


def test_an_edition_cannot_end_before_it_begins():
    with refused("edition_ends_after_it_begins"), transaction.atomic():
        make_edition(make_article(), live_from=NINE, live_until=NINE - HOUR)


@pytest.mark.parametrize("path", ["news/x/", "/news/x"])
def test_an_address_starts_and_ends_with_a_slash(path):
    with refused("edition_path_is_absolute"), transaction.atomic():
        make_edition(make_article(), live_from=NINE, path=path)


def test_an_edition_is_filed_under_a_label_once():
    edition = make_edition(make_article(), live_from=NINE)
    edition.labels.create(kind="topic", slug="courts", name="Courts", section="news", dated_on=edition.dated_on)
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.labels.create(kind="topic", slug="courts", name="Law", section="news", dated_on=edition.dated_on)


def everything_is_refused(article: Article) -> None:
    edition = make_edition(article, live_from=NINE, live_until=NINE + HOUR)
    with refused(constraints.ONE_PER_DOCUMENT), transaction.atomic():
        make_edition(article, live_from=NINE, path="/news/moved/")
    with refused(constraints.ONE_PER_PATH), transaction.atomic():
        make_edition(make_article("Another story"), live_from=NINE, path=edition.path)
    with refused(constraints.UNCHANGED), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(title="changed")
    with refused(constraints.PAST_UNCHANGED), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(live_until=None)
    revision = article_revision(article)
    article.publishing_text_set.update(html="<p>Other words.</p>")
    assert article_revision(article) == revision + 1


def article_revision(article: Article) -> int:
    return Article.objects.values_list("revision", flat=True).get(pk=article.pk)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_making_the_triggers_twice_changes_nothing():
    for _time in range(2):
        triggers.install(connection)
    everything_is_refused(make_article())
