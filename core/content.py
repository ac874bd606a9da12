"""When readers' pages change: with the content version and with the clock.

An app registers in its `content.py`: the tables whose rows a reader's page can show (`watch`), the rows that every page
needs (`@shared`), and the moments at which something turns public or ends (`moments`). The database raises the content
version in the transaction of any change to a watched table. A `Period` is the time over which no page can change.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

Source = Callable[[datetime], QuerySet]
Made = TypeVar("Made")

#: A placeholder for the current time while the query is compiled, and its mark among the parameters.
_STAND_IN = datetime(9000, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
_NOW = object()

_watched: list[type[Model]] = []
_shared: dict[str, Source] = {}
_moments: list[Source] = []


def watch(*models: type[Model]) -> None:
    """Let the database raise the content version whenever a row of these models changes."""
    _watched.extend(model for model in models if model not in _watched)


def watched_tables() -> set[str]:
    return {model._meta.db_table for model in _watched}


def shared(name: str, rows: QuerySet | None = None) -> Callable[[Source], Source]:
    """Register `source(at)`, a `.values(...)` queryset of the few rows that every page needs under `name`.

    Rows that are the same at every moment are given at once.

    It is compiled once a process, so use `at` in the queryset alone. Raises ValueError when the name is taken.
    """

    def register(source: Source) -> Source:
        if name in _shared:
            raise ValueError(f"The shared rows {name!r} are already registered.")
        _shared[name] = source
        return source

    if rows is not None:
        register(lambda at: rows)
    return register


def moments(model: type[Model], *names: str) -> None:
    """Register columns: at each moment in them something turns public or ends."""
    for name in names:
        _moments.append(partial(_next_moment, model, name))


def _next_moment(model: type[Model], name: str, at: datetime) -> QuerySet:
    return model._base_manager.filter(**{f"{name}__gt": at}).order_by(name).values(name)[:1]


@dataclass(frozen=True)
class Period:
    """The time between two changes, of the content or by the clock. Within it no reader's page changes."""

    #: None inside a transaction, which may hold changes of its own, and before the first change.
    version: int | None
    #: When it was loaded. A clock that is set back falls before it, which ends the period.
    since: datetime
    until: datetime
    #: The rows of each `@shared` source.
    rows: dict[str, list[dict]]
    _made: dict[Any, Any] = field(default_factory=dict)

    def once(self, name: Any, make: Callable[[], Made]) -> Made:
        """Call `make` once in this period and process, and give every later caller what it made."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


_latest: Period | None = None


def current_period() -> Period:
    """One tiny query while nothing changed, one more after a change."""
    global _latest
    at = timezone.now()
    if connection.in_atomic_block:
        return load_period(at=at)
    version = _version()
    period = _latest
    if period is None or version is None or period.version != version or not period.since <= at < period.until:
        # Read the version first, so that later reads are at least as new.
        period = _latest = load_period(at=at, version=version)
    return period


def forget() -> None:
    """Ask for everything anew at the next page, as a new process does."""
    global _latest
    _latest = None


def period_of(request: HttpRequest) -> Period:
    """The period in which a request is answered, asked for once: nobody waits twice for a silent database."""
    kept: Any = request
    if not hasattr(kept, "period"):
        try:
            kept.period = current_period()
        except (OperationalError, InterfaceError) as error:
            kept.period = error
    if isinstance(kept.period, Exception):
        raise kept.period
    return kept.period


def _version() -> int | None:
    """Ask for the number; reconnect once if the connection was lost. That stands in for Django's own health check."""
    connection.health_check_done = True  # type: ignore[attr-defined]
    was_open = connection.connection is not None
    try:
        return _ask_version()
    except (OperationalError, InterfaceError):
        connection.close()
        if not was_open:
            raise
        return _ask_version()


def _ask_version() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM core_contentversion")
        row = cursor.fetchone()
    return row[0] if row else None


def load_period(*, at: datetime, version: int | None = None) -> Period:
    """The period of that moment: all shared rows and moments in one query."""
    sql, params = _compiled(connection.vendor)
    now = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(sql, [now if param is _NOW else param for param in params])
        lists = [json.loads(text) for text in cursor.fetchone()]
    moments = [_moment_of(row) for rows in lists[len(_shared) :] for row in rows]
    rows = dict(zip(_shared, lists, strict=False))
    return Period(version=version, since=at, until=min([*moments, _next_midnight(at)]), rows=rows)


@cache
def _compiled(vendor: str) -> tuple[str, list[Any]]:
    """The one query, with `_NOW` among its parameters wherever the moment belongs.

    Django takes longer to build it than either database takes to answer it, so it is compiled once.
    """
    now = connection.ops.adapt_datetimefield_value(_STAND_IN)
    selected, params = [], []
    for source in [*_shared.values(), *_moments]:
        query = source(_STAND_IN).query
        sql, found = query.get_compiler(connection=connection).as_sql()
        selected.append(_json_list(sql, [*query.values_select, *query.annotation_select], vendor))
        params += [_NOW if param == now else param for param in found]
    return f"SELECT {', '.join(selected)}", params


def _json_list(sql: str, names: list[str], vendor: str) -> str:
    """The rows of a query as the text of one JSON list, in their order. Booleans are 0 and 1 on SQLite."""
    if vendor == "postgresql":
        return f"(SELECT coalesce(json_agg(listed), '[]')::text FROM ({sql}) listed)"  # noqa: S608
    # Names of our own columns, never words from outside.
    pairs = ", ".join(f"'{name}', listed.\"{name}\"" for name in names)
    return f"(SELECT json_group_array(json_object({pairs})) FROM ({sql}) listed)"  # noqa: S608


def _moment_of(row: dict) -> datetime:
    (text,) = row.values()
    found = parse_datetime(text)
    assert found is not None
    # SQLite keeps moments in UTC and does not say so.
    return found if timezone.is_aware(found) else found.replace(tzinfo=UTC)


def _next_midnight(at: datetime) -> datetime:
    """The next midnight in local time, when a campaign may open and a date become today's."""
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time()))
