"""Work that is done after the request: written in the same transaction as what it is about, done by `manage.py work`.

A job is done at least once. It is claimed by one UPDATE that SQLite and PostgreSQL understand alike, held by a lease,
and finished only by the holder of that lease. A worker that dies leaves a lease that runs out.
"""

from __future__ import annotations

import logging
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.models import Job

logger = logging.getLogger(__name__)

KEEP_SETTLED = timedelta(days=30)


class Failure(Exception):
    """What a handler raises to say in its own words what went wrong: plain words, never a person's text."""

    def __init__(self, code: str):
        if len(code) > 100 or not re.fullmatch(r"[A-Za-z0-9_-]+( [A-Za-z0-9_-]+){0,2}", code):
            raise ValueError("The code of a failure is one to three plain words.")
        super().__init__(code)
        self.code = code


class Permanent(Failure):
    """No further try can help."""


class TryLater(Failure):
    """As good as any other exception, with a name of one's own."""


class UnknownKind(LookupError):
    """Nothing is registered under this kind."""


@dataclass(frozen=True)
class _Kind:
    handler: Callable[..., None]
    lease: timedelta | None


_kinds: dict[str, _Kind] = {}


def job(kind: str, *, lease: timedelta | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `handler(object_id, *, job)` for jobs of this kind.

    `lease` is for handlers that may take longer than settings.JOBS_LEASE_SECONDS. A handler may run twice (a worker
    can die between doing and telling), so it must bear that.
    """

    def register(handler: Callable[..., None]) -> Callable[..., None]:
        taken = _kinds.get(kind)
        if taken and (taken.handler.__module__, taken.handler.__qualname__) != (
            handler.__module__,
            handler.__qualname__,
        ):
            raise ValueError(f"Two handlers want the job kind {kind!r}.")
        _kinds[kind] = _Kind(handler=handler, lease=lease)
        return handler

    return register


def enqueue(*, kind: str, object_id: str | int, priority: int = 0, due_at: datetime | None = None) -> Job:
    """Write a job in the caller's transaction: it is there exactly if what it is about is there.

    Raises UnknownKind.
    """
    if kind not in _kinds:
        raise UnknownKind(kind)
    return Job.objects.create(kind=kind, object_id=str(object_id), priority=priority, due_at=due_at or timezone.now())


def run_next(*, now: datetime | None = None) -> bool:
    """Do one due job. False when there is none. `now` stands in for the clock."""
    claimed = _claim(now or timezone.now())
    if claimed is None:
        return False
    _run(claimed, now=now)
    return True


def run_all_due(*, now: datetime | None = None) -> int:
    """Do due jobs until there is none; returns how many were tried."""
    done = 0
    while run_next(now=now):
        done += 1
    return done


def renew(job: Job) -> bool:
    """Lengthen the lease of a running job before its one step that must not be done by two. False: it is lost."""
    until = timezone.now() + _lease(job.kind)
    return bool(Job.objects.filter(pk=job.pk, lease=job.lease).update(leased_until=until))


def prune(*, now: datetime) -> int:
    deleted, _ = Job.objects.settled_before(now - KEEP_SETTLED).delete()
    return deleted


def describe(error: BaseException) -> str:
    """The class of an error and, of a mail server's answer, its number. Never its text, which may name a person."""
    if isinstance(error, Failure):
        return error.code
    code = getattr(error, "smtp_code", None)
    refused = getattr(error, "recipients", None)
    if code is None and isinstance(refused, dict) and refused:
        code = next(iter(refused.values()))[0]
    return f"{type(error).__name__} {code}" if isinstance(code, int) and code > 0 else type(error).__name__


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubled each time up to a ceiling, and spread so that a crowd disperses."""
    longest = min(settings.JOBS_BACKOFF_BASE_SECONDS * 2 ** min(attempts - 1, 30), settings.JOBS_BACKOFF_MAX_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311


def _lease(kind: str) -> timedelta:
    return _kinds[kind].lease or timedelta(seconds=settings.JOBS_LEASE_SECONDS)


def _claim(now: datetime) -> Job | None:
    # Only kinds this process knows: while a new version is rolled out, an old worker leaves the new kinds waiting.
    due = Job.objects.due(at=now).filter(kind__in=list(_kinds))
    while (found := due.order_by("-priority", "due_at", "pk").only("pk", "kind", "status").first()) is not None:
        lease = uuid.uuid4()
        won = (
            Job.objects.due(at=now)
            .filter(pk=found.pk)
            .update(
                status=Job.Status.RUNNING,
                lease=lease,
                leased_until=now + _lease(found.kind),
                attempts=F("attempts") + 1,
                first_tried_at=Coalesce("first_tried_at", Value(now)),
            )
        )
        if not won:
            continue
        claimed = Job.objects.get(pk=found.pk)
        if found.status == Job.Status.RUNNING and _is_too_late(claimed, now):
            # It took its worker with it again and again.
            _end(claimed, status=Job.Status.DEAD, error="LeaseExpired", now=now)
            continue
        return claimed
    return None


def _is_too_late(claimed: Job, now: datetime) -> bool:
    assert claimed.first_tried_at is not None
    return now - claimed.first_tried_at >= timedelta(hours=settings.JOBS_GIVE_UP_HOURS)


def _run(claimed: Job, *, now: datetime | None) -> None:
    started = time.monotonic()
    try:
        _kinds[claimed.kind].handler(claimed.object_id, job=claimed)
    except Permanent as error:
        _end(claimed, status=Job.Status.DEAD, error=describe(error), now=now or timezone.now(), raised=error)
    except Exception as error:
        # Whatever went wrong may go right later; the class of the error is kept and logged.
        moment = now or timezone.now()
        if _is_too_late(claimed, moment):
            _end(claimed, status=Job.Status.DEAD, error=describe(error), now=moment, raised=error)
        else:
            _postpone(claimed, error=error, now=moment)
    else:
        _end(claimed, status=Job.Status.DONE, error="", now=now or timezone.now(), started=started)


def _end(
    claimed: Job,
    *,
    status: Job.Status,
    error: str,
    now: datetime,
    raised: Exception | None = None,
    started: float | None = None,
) -> None:
    held = Job.objects.filter(pk=claimed.pk, lease=claimed.lease).update(
        status=status, error=error, finished_at=now, lease=None, leased_until=None
    )
    _log(claimed, outcome=str(status) if held else "lease lost", error=error, raised=raised, started=started)


def _postpone(claimed: Job, *, error: Exception, now: datetime) -> None:
    held = Job.objects.filter(pk=claimed.pk, lease=claimed.lease).update(
        status=Job.Status.QUEUED,
        error=describe(error),
        due_at=now + back_off(claimed.attempts),
        lease=None,
        leased_until=None,
    )
    _log(claimed, outcome="postponed" if held else "lease lost", error=describe(error), raised=error)


def _log(
    claimed: Job, *, outcome: str, error: str, raised: Exception | None = None, started: float | None = None
) -> None:
    data = {"job": claimed.pk, "kind": claimed.kind, "outcome": outcome, "attempts": claimed.attempts}
    if error:
        data["error"] = error
    if started is not None:
        data["ms"] = round((time.monotonic() - started) * 1000)
    level = {"done": logging.INFO, "postponed": logging.WARNING}.get(outcome, logging.ERROR)
    logger.log(level, "job", extra={"data": data}, exc_info=raised)
