from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from core import throttle
from core.models import RateHit

pytestmark = pytest.mark.django_db
# So long that no test runs into its end.
WINDOW = timedelta(days=36500)


def hit(identity: str = "192.0.2.1", limit: int = 3, purpose: str = "test") -> bool:
    return throttle.hit(purpose=purpose, identity=identity, limit=limit, window=WINDOW)


def test_the_fourth_of_three_is_refused():
    assert [hit() for _ in range(5)] == [True, True, True, False, False]


def test_each_visitor_and_each_purpose_is_counted_apart():
    assert [hit(limit=1), hit("192.0.2.2", limit=1), hit(limit=1, purpose="other")] == [True, True, True]
    assert hit(limit=1) is False


def test_a_new_window_begins_anew():
    hit(limit=1)
    RateHit.objects.update(
        window_starts_at=timezone.now() - 2 * WINDOW / 100, window_ends_at=timezone.now() - WINDOW / 100
    )
    assert hit(limit=1) is True


def test_forgotten_visitors_are_counted_from_zero():
    hit(limit=1)
    throttle.forget(purpose="test", identity="192.0.2.1", window=WINDOW)
    assert hit(limit=1) is True


def test_the_visitor_is_not_stored(settings):
    hit("192.0.2.1")
    row = RateHit.objects.get()
    assert "192" not in row.key[:3]
    assert len(row.key) == 64
    settings.SECRET_KEY = "another" * 10
    hit("192.0.2.1")
    assert RateHit.objects.values("key").distinct().count() == 2


def test_rows_of_past_windows_are_deleted():
    now = timezone.now()
    for ends_at in (now - timedelta(seconds=1), now + timedelta(hours=1)):
        RateHit.objects.create(key="k", window_starts_at=ends_at - timedelta(hours=1), window_ends_at=ends_at, n=1)
    assert throttle.prune(now=now) == 1
    assert RateHit.objects.get().window_ends_at > now


def test_a_window_has_one_row():
    hit()
    row = RateHit.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_an_identity_no_codec_can_hold_is_counted_too():
    assert hit("\ud800\0", limit=1) is True
    assert hit("\ud800\0", limit=1) is False


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_hundred_at_once_are_counted_exactly():
    barrier = threading.Barrier(8)
    allowed: list[bool] = []

    def knock():
        try:
            barrier.wait()
            for _ in range(25):
                allowed.append(hit(limit=120))
        finally:
            connection.close()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 200
    assert sum(allowed) == 120
    assert RateHit.objects.get().n == 120


@pytest.mark.parametrize(
    ("trusted", "headers", "address"),
    [
        (0, {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7"}, "192.0.2.1"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.7"}, "198.51.100.7"),
        (2, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 203.0.113.9 , 10.0.0.2"}, "203.0.113.9"),
        (2, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "10.0.0.1"),
        (1, {"REMOTE_ADDR": "10.0.0.1"}, "unknown"),
        (0, {"REMOTE_ADDR": ""}, "unknown"),
        (0, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"),
        (0, {"REMOTE_ADDR": "::ffff:192.0.2.1"}, "192.0.2.1"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7:5678"}, "198.51.100.7"),
        (1, {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "[2001:db8:1:2::7]:5678"}, "2001:db8:1:2::/64"),
    ],
)
def test_a_visitor_cannot_choose_an_address(settings, trusted, headers, address):
    settings.TRUSTED_PROXIES = trusted
    assert throttle.client_address(RequestFactory().get("/", **headers)) == address
