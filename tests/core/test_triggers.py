"""Triggers and migrations: what a later part of the site may bring, and the way back to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from campaigns.models import Campaign
from core.content import watched_tables
from core.models import ContentVersion
from pages.demo.load import load_demo
from publishing.models import Document, Edition, Text, Topic
from tests.factories import make_article, make_banner, make_edition, make_staff, make_topic

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

OUR_APPS = ("core", "publishing", "articles", "campaigns", "enquiries", "feedback", "pages")
WATCHED = [model for model in apps.get_models() if model._meta.db_table in watched_tables()]


def add_column(model) -> list:
    """The ordinary pattern: a column that may be empty, its words for the old rows, and then it may not be."""
    name = model._meta.model_name

    def fill(apps, schema_editor):
        apps.get_model(model._meta.label).objects.update(remark="old")

    return [
        migrations.AddField(name, "remark", models.CharField(max_length=20, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(name, "remark", models.CharField(max_length=20)),
    ]


def version() -> int:
    return ContentVersion.objects.values_list("number", flat=True).first() or 0


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def later(monkeypatch) -> Iterator[Callable[[str, list], tuple[str, str]]]:
    """Give an app one more migration and tell its name and the one before it. It is taken back after the test."""
    added: dict[str, tuple[type[migrations.Migration], str]] = {}
    load_disk = MigrationLoader.load_disk

    def load_with_added(loader: MigrationLoader) -> None:
        load_disk(loader)
        for app_label, (migration, _last) in added.items():
            loader.disk_migrations[app_label, "9999_later"] = migration("9999_later", app_label)

    monkeypatch.setattr(MigrationLoader, "load_disk", load_with_added)

    def add(app_label: str, operations: list) -> tuple[str, str]:
        [(_app, last)] = MigrationLoader(connection).graph.leaf_nodes(app_label)
        content = {"operations": operations, "dependencies": [(app_label, last)]}
        added[app_label] = type("Migration", (migrations.Migration,), content), last
        return "9999_later", last

    yield add
    for app_label, (_migration, last) in added.items():
        migrate(app_label, last)


def migrate(*args: str) -> None:
    call_command("migrate", *args, verbosity=0)


@pytest.mark.parametrize("app_label", sorted({model._meta.app_label for model in WATCHED}))
def test_a_migration_may_change_the_rows_of_a_watched_table_and_then_the_table(app_label, later):
    load_demo(by=make_staff())
    make_banner(Campaign.objects.first())
    watched = [model for model in WATCHED if model._meta.app_label == app_label]
    migration, before = later(app_label, [operation for model in watched for operation in add_column(model)])
    for target in (migration, before):
        at_first = version()
        migrate(app_label, target)
        assert version() > at_first
        for model in watched:
            at_first = version()
            execute(f'UPDATE "{model._meta.db_table}" SET id = id')
            assert version() > at_first, model


def test_a_backfilled_column_of_editions_is_frozen_when_the_migration_is_over(later):
    edition = make_edition(make_article(), live_from=timezone.now())
    migration, before = later("publishing", add_column(Edition))
    migrate("publishing", migration)
    with pytest.raises(IntegrityError, match="edition_is_never_changed"), transaction.atomic():
        execute("UPDATE publishing_edition SET remark = 'changed' WHERE remark = 'old'")
    migrate("publishing", before)
    with pytest.raises(IntegrityError, match="edition_is_never_changed"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(title="changed")


def test_a_column_that_a_migration_takes_away_takes_no_rule_with_it(later):
    edition = make_edition(make_article(), live_from=timezone.now())
    migration, before = later("publishing", [migrations.RemoveField("edition", "standfirst")])
    for target in (migration, before):
        migrate("publishing", target)
        with pytest.raises(IntegrityError, match="edition_is_never_changed"), transaction.atomic():
            execute("UPDATE publishing_edition SET title = 'changed' WHERE id = %s", edition.pk)


def test_a_migration_of_blocks_raises_no_revision_and_the_next_change_does(later):
    article = make_article()
    revision = Document.objects.get().revision

    def rewrite(apps, schema_editor):
        apps.get_model("publishing.Text").objects.update(html="<p>Rewritten.</p>")
        apps.get_model("publishing.Document").objects.update(title="Rewritten")

    migrate("publishing", later("publishing", [migrations.RunPython(rewrite, migrations.RunPython.noop)])[0])
    assert Document.objects.get().revision == revision
    Text.objects.filter(parent=article).update(html="<p>Other words.</p>")
    assert Document.objects.get().revision == revision + 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no triggers meanwhile")
def test_a_site_that_is_in_use_during_a_migration_is_guarded_and_raises_the_version(later):
    article = make_article()
    make_edition(article, live_from=timezone.now())
    make_topic("Courts")
    other = connection.copy()
    seen = []

    def meanwhile(apps, schema_editor):
        before = version()
        with other.cursor() as cursor:
            cursor.execute("UPDATE publishing_topic SET name = 'Renamed'")
            cursor.execute("UPDATE publishing_text SET html = 'x'")
            with pytest.raises(IntegrityError, match="edition_is_never_changed"):
                cursor.execute("UPDATE publishing_edition SET title = 'changed'")
        seen.extend([version() > before, Document.objects.get().revision > article.revision])

    try:
        migrate("publishing", later("publishing", [migrations.RunPython(meanwhile, migrations.RunPython.noop)])[0])
    finally:
        other.close()
    assert seen == [True, True]


def test_a_site_in_use_keeps_no_page_while_migrations_run(later):
    make_topic("Courts")
    seen = []
    step = migrations.RunPython(lambda apps, schema_editor: seen.append(version()), migrations.RunPython.noop)
    migrate("publishing", later("publishing", [step])[0])
    assert seen == [0]
    assert version() > 0


@pytest.mark.parametrize("app_label", OUR_APPS)
def test_the_migrations_of_every_app_go_back_to_nothing_and_forward_again(app_label):
    load_demo(by=make_staff())
    try:
        migrate(app_label, "zero")
    finally:
        migrate()
    make_edition(make_article("After"), live_from=timezone.now(), path="/news/after/")
    before = version()
    Topic.objects.create(name="After", slug="after")
    assert version() > before
    with pytest.raises(IntegrityError, match="edition_is_never_changed"), transaction.atomic():
        Edition.objects.update(title="changed")


@pytest.mark.parametrize(
    "targets",
    [[("core", "0002")], [("publishing", "0014"), ("pages", "0001"), ("articles", "0001")]],
    ids=["without the content version", "one app after the other"],
)
def test_a_database_that_is_half_way_can_be_written_to_and_migrated_on(targets):
    for app_label in OUR_APPS:
        migrate(app_label, "zero")
    try:
        for target in targets:
            migrate(*target)
        migrate("publishing")
        execute("INSERT INTO publishing_topic (name, slug, summary) VALUES ('Courts', 'courts', '')")
    finally:
        migrate()
    assert Topic.objects.get().slug == "courts"


def test_a_migrate_with_nothing_to_do_changes_no_trigger_and_locks_no_table():
    statements: list[str] = []

    def record(run, sql, params, many, context):
        statements.append(sql)
        return run(sql, params, many, context)

    with connection.execute_wrapper(record):
        migrate()
    assert statements
    assert [sql for sql in statements if "TRIGGER" in sql.upper() and not sql.lstrip().startswith("SELECT")] == []
