"""The content version follows every change of what readers see; a period ends with the first moment of the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.test import Client
from django.urls import get_resolver

from articles.models import Resource
from campaigns.models import Campaign
from core.content import current_period, load_period, watched_tables
from core.models import ContentVersion
from pages.demo.load import load_demo
from pages.models import Door, SiteSettings
from publishing.models import Edition, Topic
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_banner, make_campaign, make_edition, make_staff, make_topic
from tests.properties.clock import Clock

in_earnest = pytest.mark.django_db(transaction=True, serialized_rollback=True)
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="a rule of PostgreSQL")


#: Tables that reader pages name and whose own changes no page can show, and why.
UNWATCHED = {
    "core_contentversion": "it is the version",
    "campaigns_campaign": "a banner is joined through it to the editions of its campaign; the key never changes",
    "publishing_document": "as above; a document that was published is never deleted",
}


def version() -> int:
    return ContentVersion.objects.values_list("number", flat=True).first() or 0


def is_raised(change) -> bool:
    """Whether the change raises the version in its own transaction. It is rolled back."""
    at_first = version()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # It is raised at the end of a transaction, and once; the test is all one transaction.
                cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE 'content_version%'")
                cursor.execute(f"SET CONSTRAINTS {', '.join(name for (name,) in cursor.fetchall())} IMMEDIATE")
                cursor.execute("SELECT set_config('children_first.raised_in', '', true)")
        before = version()
        change()
        is_higher = version() > before
        transaction.set_rollback(True)
    assert version() == at_first
    return is_higher


def cached_views(patterns: list) -> Iterator:
    """Every view whose pages are cached."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from cached_views(pattern.url_patterns)
        elif hasattr(pattern.callback, "cached_parameters"):
            yield pattern.callback


@pytest.fixture
def demo(db) -> None:
    load_demo(by=make_staff())


def test_every_change_of_every_watched_row_raises_the_version(demo):
    make_banner(Campaign.objects.first())
    models = [model for model in apps.get_models() if model._meta.db_table in watched_tables()]
    assert models
    for model in models:
        row = model._base_manager.first()
        assert row is not None, f"The demonstration has no {model.__name__}."
        one = model._base_manager.filter(pk=row.pk)

        def change(one=one, table=model._meta.db_table, key=row.pk) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f'UPDATE "{table}" SET id = id WHERE id = %s', [key])

        def remove(one=one) -> None:
            one._raw_delete(using="default")

        def insert(row=row, one=one) -> None:
            remove(one)
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SELECT set_config('children_first.raised_in', '', true)")
            between = version()
            row.save(force_insert=True)
            assert version() > between

        assert is_raised(change), f"UPDATE of {model.__name__}"
        assert is_raised(remove), f"DELETE of {model.__name__}"
        assert is_raised(insert), f"INSERT of {model.__name__}"


def test_every_table_that_readers_pages_name_is_watched(demo):
    # Also what is gone, what has moved, and what has a helpline or a banner beside it.
    gone, moved = Edition.objects.filter(section="news").order_by("pk")[:2]
    withdraw(document=gone.document, by=None)
    article = apps.get_model("articles.Article").objects.get(pk=moved.document_id)
    article.slug = "moved-away"
    article.save()
    publish(document=article, by=None)
    make_banner(Campaign.objects.first())
    paths = {"/", "/news/", "/resources/", "/campaigns/", "/contact/", "/nothing/", "/news/nothing/", "/news/?page=2"}
    paths |= {"/get-help-now/?nation=wales", "/get-help-now/card/"}
    paths |= set(Edition.objects.values_list("path", flat=True))
    paths |= {f"/news/?topic={slug}&kind=feature" for slug in Topic.objects.values_list("slug", flat=True)}
    paths |= {f"/resources/?for={audience}&kind=guide" for audience in Resource.Audience.values}
    for name in ("publishing.Topic", "articles.Author", "articles.Series"):
        paths |= {row.get_absolute_url() for row in apps.get_model(name).objects.all()}
    existing, named = set(connection.introspection.table_names()), set()

    def record(execute, sql, params, many, context):
        named.update(existing.intersection(re.findall(r"\w+", sql)))
        return execute(sql, params, many, context)

    statuses, shown = set(), set()
    with connection.execute_wrapper(record):
        for path in sorted(paths):
            response = Client().get(path)
            statuses.add(response.status_code)
            if response.status_code == 200:
                shown.add(response.resolver_match.func)
    assert statuses == {200, 301, 404, 410}
    # A new reader's view needs an address in the list above.
    assert [view.__qualname__ for view in cached_views(get_resolver().url_patterns) if view not in shown] == []
    assert named - watched_tables() - set(UNWATCHED) == set()
    assert {"publishing_edition", "publishing_editionlabel", "pages_sitesettings"} <= named


def _raw() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pages_door SET title = 'By hand'")


def _bulk_update() -> None:
    rows = list(Door.objects.all())
    for row in rows:
        row.text = "All at once"
    Door.objects.bulk_update(rows, ["text"])


def _empty() -> None:
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), ["pages_door"]))


@in_earnest
@pytest.mark.parametrize("change", [_raw, _bulk_update, _empty], ids=["raw SQL", "bulk_update", "TRUNCATE"])
def test_changes_past_the_models_raise_it_too(change):
    Door.objects.create(title="In", text="Words", path="/about/")
    before = version()
    change()
    assert version() > before


@in_earnest
def test_a_change_that_is_rolled_back_does_not_raise_it():
    before = version()
    with transaction.atomic():
        make_topic("First")
        transaction.set_rollback(True)
    assert version() == before


@in_earnest
def test_a_flushed_site_never_returns_to_an_old_version():
    make_topic("First")
    before = version()
    call_command("flush", interactive=False, verbosity=0)
    make_topic("Second")
    assert version() > before


@only_postgresql
@in_earnest
def test_a_writer_does_not_wait_for_another_that_has_not_yet_committed():
    SiteSettings.objects.get_or_create(pk=1)
    before = version()
    other = connection.copy()
    try:
        with transaction.atomic():
            make_topic("Long at work")
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("UPDATE pages_sitesettings SET name = 'At once'")
                cursor.execute("SELECT number FROM core_contentversion")
                between = cursor.fetchone()[0]
        assert before < between < version()
    finally:
        other.close()


@in_earnest
def test_a_table_that_a_migration_rebuilds_has_its_triggers_after_migrate():
    old = Door._meta.get_field("text")
    new = models.CharField(max_length=old.max_length + 1)
    new.set_attributes_from_name("text")
    new.model = Door
    for fields in ((old, new), (new, old)):
        with connection.schema_editor() as editor:
            editor.alter_field(Door, *fields)
        call_command("migrate", verbosity=0)
        for event in (
            lambda: Door.objects.create(title="In", text="Words", path="/about/"),
            lambda: Door.objects.update(title="Out"),
            lambda: Door.objects.all().delete(),
        ):
            before = version()
            event()
            assert version() > before


# Moments ------------------------------------------------------------------------------------------------------------

NOON = datetime(2030, 7, 1, 11, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("by", [timedelta(microseconds=1), timedelta(seconds=1.5), timedelta(hours=3)])
def test_a_period_ends_when_something_turns_public_or_ends(by):
    campaign, article = make_campaign(), make_article()
    moment = NOON + by
    far = NOON + timedelta(days=9)
    before = NOON - timedelta(days=1)
    midnight = datetime(2030, 7, 1, 23, tzinfo=UTC)
    for make in (
        lambda: make_edition(article, live_from=moment, live_until=far),
        lambda: make_edition(article, live_from=before, live_until=moment),
        lambda: make_banner(campaign, starts_at=moment, ends_at=far),
        lambda: make_banner(campaign, starts_at=before, ends_at=moment),
    ):
        with transaction.atomic():
            make()
            assert load_period(at=NOON).until == moment
            # It has come: the next is midnight.
            assert load_period(at=moment).until == midnight
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "midnight"),
    [
        (datetime(2030, 1, 9, 12, tzinfo=UTC), datetime(2030, 1, 10, tzinfo=UTC)),
        (datetime(2030, 7, 9, 12, tzinfo=UTC), datetime(2030, 7, 9, 23, tzinfo=UTC)),
        # The hour is put on in the night of the 31st, put back in that of the 27th.
        (datetime(2030, 3, 30, 23, 59, tzinfo=UTC), datetime(2030, 3, 31, tzinfo=UTC)),
        (datetime(2030, 3, 31, tzinfo=UTC), datetime(2030, 3, 31, 23, tzinfo=UTC)),
        (datetime(2030, 10, 26, 22, 59, tzinfo=UTC), datetime(2030, 10, 26, 23, tzinfo=UTC)),
        (datetime(2030, 10, 26, 23, tzinfo=UTC), datetime(2030, 10, 28, tzinfo=UTC)),
        (datetime(2030, 10, 27, 23, 30, tzinfo=UTC), datetime(2030, 10, 28, tzinfo=UTC)),
    ],
)
def test_a_period_ends_at_midnight_in_london_at_the_latest(at, midnight):
    assert load_period(at=at).until == midnight


@in_earnest
def test_a_clock_set_back_by_ten_years_leaves_no_period_behind():
    make_topic("Anything")
    with Clock(NOON + timedelta(days=3650)) as clock:
        current_period()
        clock.at = NOON
        assert current_period().until == datetime(2030, 7, 1, 23, tzinfo=UTC)
