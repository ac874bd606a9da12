"""Queries that are compiled once."""

from datetime import timedelta

import pytest
from django.db.models import CharField, DateTimeField
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
