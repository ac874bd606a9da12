"""Queries that are compiled once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, IntegerField
from django.utils import timezone

from core.models import Job
from core.prepared import Param, PreparedQuery, Row
from tests.factories import make_job

pytestmark = pytest.mark.django_db


def test_a_prepared_query_answers_with_the_values_of_each_asking(django_assert_num_queries):
    now = timezone.now()
    make_job(kind="test.nothing", object_id="early", due_at=now - timedelta(hours=2))
    make_job(kind="test.nothing", object_id="late", due_at=now + timedelta(hours=2))
    make_job(kind="test.other", object_id="other", due_at=now - timedelta(hours=2))
    due = Job.objects.filter(due_at__lte=Param("at", DateTimeField()), kind=Param("kind", CharField()))
    query = PreparedQuery(lambda: due.order_by("due_at").values("object_id", "due_at", "priority"), row=Row)
    first = query.rows(at=now, kind="test.nothing")
    assert [row.object_id for row in first] == ["early"]
    assert first[0].due_at == now - timedelta(hours=2)
    with django_assert_num_queries(1):
        later = query.rows(at=now + timedelta(hours=3), kind="test.nothing")
    assert [row.object_id for row in later] == ["early", "late"]
    assert [row.object_id for row in query.rows(at=now, kind="test.other")] == ["other"]


def test_a_prepared_query_treats_quotes_as_words():
    make_job(object_id="x' OR '1'='1")
    asked = Job.objects.filter(object_id=Param("word", CharField()))
    query = PreparedQuery(lambda: asked.values("object_id"), row=Row)
    assert query.rows(word="' OR '1'='1") == []
    assert len(query.rows(word="x' OR '1'='1")) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_prepared_query_answers_on_every_new_connection():
    make_job(object_id="kept")
    query = PreparedQuery(lambda: Job.objects.filter(object_id=Param("word", CharField())).values("object_id"), row=Row)
    for _ in range(2):
        assert [row.object_id for row in query.rows(word="kept")] == ["kept"]
        connection.close()
    assert [row.object_id for row in query.rows(word="kept")] == ["kept"]


def test_a_prepared_query_keeps_its_fixed_words_and_percent_signs():
    make_job(object_id="100% sure")
    make_job(object_id="100 times")
    asked = Job.objects.filter(object_id__contains="% s", priority=Param("priority", IntegerField()))
    query = PreparedQuery(lambda: asked.extra(where=["object_id LIKE '100%%'"]).values("object_id"), row=Row)
    assert [row.object_id for row in query.rows(priority=0)] == ["100% sure"]
    assert query.rows(priority=1) == []


def test_a_prepared_query_without_values_to_give_is_asked_as_well():
    make_job(object_id="alone")
    query = PreparedQuery(lambda: Job.objects.values("object_id"), row=Row)
    assert [row.object_id for row in query.rows()] == ["alone"]


def statements(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{sql}%"])
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a rule of PostgreSQL")
@pytest.mark.parametrize(("is_pooled", "kept"), [(False, 1), (True, 0)], ids=["alone", "behind a pooler"])
def test_postgresql_plans_a_prepared_query_once_unless_connections_are_pooled(monkeypatch, is_pooled, kept):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", is_pooled)
    only_here = f"asked {'behind a pooler' if is_pooled else 'alone'}"
    asked = Job.objects.filter(object_id=Param("word", CharField()), kind=only_here)
    query = PreparedQuery(lambda: asked.values("object_id"), row=Row)
    for _ in range(3):
        query.rows(word="planned once")
    assert statements(only_here) == kept


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a rule of PostgreSQL")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_pages_are_read_on_while_a_migration_changes_a_column():
    make_job(object_id="kept")
    query = PreparedQuery(lambda: Job.objects.filter(object_id=Param("word", CharField())).values("object_id"), row=Row)
    assert [row.object_id for row in query.rows(word="kept")] == ["kept"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_job ALTER object_id TYPE varchar(500)")
        assert [row.object_id for row in query.rows(word="kept")] == ["kept"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_job ALTER object_id TYPE varchar(64)")
