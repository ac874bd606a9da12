"""How long a request waits for a locked database."""

from __future__ import annotations

import sqlite3
import time

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client, RequestFactory

from core import deadline
from core.deadline import ARRIVED_AT, SHORTEST_WAIT, DeadlineMiddleware

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")


def waits() -> float:
    """How long the database will let the next statement wait, in seconds; 0 is without end on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return cursor.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'")
        return cursor.fetchone()[0] / 1000


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_statement_waits_for_what_is_left_of_its_request_and_a_worker_for_longer():
    patient = waits()
    with deadline.until(time.monotonic() + 5):
        assert 4 < waits() <= 5
        with transaction.atomic(), deadline.until(time.monotonic() + 2):
            assert 1 < waits() <= 2
        assert 4 < waits() <= 5
        with deadline.until(time.monotonic() - 1):
            assert waits() == SHORTEST_WAIT
            with deadline.until(time.monotonic() + 99):
                assert waits() == SHORTEST_WAIT, "what is within cannot take longer"
    assert waits() == patient == (20 if connection.vendor == "sqlite" else 0)


def test_the_time_in_the_queue_counts():
    left = []

    def view(request):
        left.append(deadline.wait_seconds())

    now = time.monotonic()
    for arrived_at in (now, now - 4, now - 100):
        DeadlineMiddleware(view)(RequestFactory().get("/", **{ARRIVED_AT: arrived_at}))
    just_now, earlier, long_ago = left
    assert just_now - earlier == pytest.approx(4, abs=0.5)
    assert long_ago == SHORTEST_WAIT
    assert deadline.wait_seconds() is None


@pytest.mark.django_db
def test_every_request_has_a_deadline(monkeypatch):
    seen = []
    monkeypatch.setattr("core.health.no_store", lambda response: seen.append(deadline.is_set()))
    Client().get("/health/live")
    assert seen == [True]


@only_sqlite
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_locked_file_is_given_up_when_the_time_is_over():
    lock = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        with deadline.until(time.monotonic()), pytest.raises(OperationalError, match="locked"), transaction.atomic():
            pass
    finally:
        lock.close()


@only_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_locked_table_is_given_up_when_the_time_is_over_and_the_connection_can_be_used_again():
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE core_contentversion IN ACCESS EXCLUSIVE MODE")
        with deadline.until(time.monotonic()), transaction.atomic(), connection.cursor() as cursor:
            with pytest.raises(OperationalError, match="timeout"), transaction.atomic():
                cursor.execute("SELECT * FROM core_contentversion")
            cursor.execute("SELECT 1")
    finally:
        other.close()
    assert waits() == 0


@only_postgresql
def test_a_request_whose_time_is_over_opens_no_connection():
    with deadline.until(time.monotonic()), pytest.raises(OperationalError, match="over"):
        connection.copy().connect()
