"""Counts what one visitor does, exactly and over all processes, without keeping who it was."""

import ipaddress
import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.jobs import periodic
from core.models import RateHit

UNKNOWN = "unknown"
# Some proxies write the port as well: 192.0.2.1:5678 or [2001:db8::1]:5678.
WITH_PORT = re.compile(r"^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?$")

# One statement, because a stored form counts several times in its transaction. It changes no row beyond the limit.
COUNT = """
    INSERT INTO core_ratehit AS counted (key, window_starts_at, window_ends_at, n) VALUES (%s, %s, %s, 1)
    ON CONFLICT (key, window_starts_at, window_ends_at) DO UPDATE SET n = counted.n + 1 WHERE counted.n < %s
"""


def hit(*, purpose: str, identity: str, limit: int, window: timedelta) -> bool:
    """Count one attempt. Returns False for those beyond `limit` within the present window.

    Count an attempt that may fail, such as a sign-in, outside a transaction. Count a stored row inside the transaction
    that stores it: a rollback then takes back both. Keep that transaction short, because PostgreSQL makes the same
    visitor's other requests wait for its end.
    """
    row = _row(purpose=purpose, identity=identity, window=window)
    moments = [connection.ops.adapt_datetimefield_value(row[name]) for name in ("window_starts_at", "window_ends_at")]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [row["key"], *moments, limit])
        return cursor.rowcount == 1


def is_spent(*, purpose: str, identity: str, limit: int, window: timedelta) -> bool:
    """Tell whether the next attempt would be beyond `limit`, without counting one."""
    row = _row(purpose=purpose, identity=identity, window=window)
    return RateHit.objects.filter(**row, n__gte=limit).exists()


def forget(*, purpose: str, identity: str, window: timedelta) -> None:
    """Start counting from zero."""
    RateHit.objects.filter(**_row(purpose=purpose, identity=identity, window=window)).delete()


def ends_at(window: timedelta) -> datetime:
    """Tell when the present window ends."""
    seconds = window.total_seconds()
    return datetime.fromtimestamp((timezone.now().timestamp() // seconds + 1) * seconds, tz=UTC)


@periodic(every=timedelta(hours=1))
def prune(*, now: datetime) -> int:
    deleted, _ = RateHit.objects.filter(window_ends_at__lte=now).delete()
    return deleted


def client_address(request: HttpRequest) -> str:
    """Name the visitor's address as our trusted proxies report it. All of an IPv6 network counts as one visitor."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        # Each trusted proxy appends the address it was called from. The visitor may have written the rest.
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES].strip()
    try:
        parsed = ipaddress.ip_address(WITH_PORT.sub(r"\1\2", address))
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _row(*, purpose: str, identity: str, window: timedelta) -> dict:
    key = salted_hmac(f"core.throttle:{purpose}", identity.encode("utf-8", "replace"), algorithm="sha256").hexdigest()
    end = ends_at(window)
    return {"key": key, "window_starts_at": end - window, "window_ends_at": end}
