"""Work outside requests, done by `manage.py work`: jobs that a request asked for, and what is due every so often.

A job is written in the transaction of what it is about and is done at least once. A worker claims it with a lease, and
only the holder of that lease can finish it. A worker that dies leaves a lease that runs out. Periodic work is a job
too, one row for each kind. See docs/decisions/0007-queue.md.
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
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.models import Job, JobQuerySet

logger = logging.getLogger(__name__)

KEEP_SETTLED = timedelta(days=30)
LATE_AFTER = timedelta(minutes=10)
# Clocks of healthy machines differ by less.
CLOCK_TOLERANCE = timedelta(minutes=5)
CLOCK_JUMPED = "core.clock_jumped"


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
    late_after: timedelta
    every: timedelta | None = None


_kinds: dict[str, _Kind] = {}
_idle_callbacks: list[Callable[[], None]] = []


def job(
    kind: str, *, lease: timedelta | None = None, late_after: timedelta = LATE_AFTER
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `handler(object_id, *, job)` for jobs of this kind.

    `lease` is for handlers that may take longer than settings.JOBS_LEASE_SECONDS, `late_after` for kinds that may wait
    longer than ten minutes before /health/ready calls them late. A handler may run twice (a worker can die between
    doing and telling), so it must bear that. Raises ValueError when another handler has the kind.
    """

    def register(handler: Callable[..., None]) -> Callable[..., None]:
        taken = _kinds.get(kind)
        if taken and (taken.handler.__module__, taken.handler.__qualname__) != (
            handler.__module__,
            handler.__qualname__,
        ):
            raise ValueError(f"Two handlers want the job kind {kind!r}.")
        _kinds[kind] = _Kind(handler=handler, lease=lease, late_after=late_after)
        return handler

    return register


def periodic(*, every: timedelta, lease: timedelta | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let one worker call `function(now=...)` every so often. One that fails is tried again sooner, for ever.

    Its kind is the function's own name with its module, for example "core.jobs.prune".
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def handler(object_id: str, *, job: Job) -> None:
            function(now=timezone.now())

        kind = f"{function.__module__}.{function.__qualname__}"
        _kinds[kind] = _Kind(handler=handler, lease=lease, late_after=LATE_AFTER, every=every)
        return function

    return register


def when_idle(callback: Callable[[], None]) -> Callable[[], None]:
    """Let each worker call this when it finds nothing due."""
    _idle_callbacks.append(callback)
    return callback


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
        for callback in _idle_callbacks:
            callback()
        return False
    _run(claimed, now=now)
    return True


def run_all_due(*, now: datetime | None = None) -> int:
    """Do due jobs until there is none; returns how many were tried."""
    done = 0
    while run_next(now=now):
        done += 1
    return done


def hold(job: Job, *, seconds: float) -> bool:
    """Make sure that nobody else takes a running job within so many seconds. False: somebody already has.

    Asks the database only when the lease is too short for that.
    """
    if job.held_until - time.monotonic() >= seconds:
        return True
    lease = _lease(job.kind)
    until = time.monotonic() + lease.total_seconds()
    mine = Job.objects.filter(pk=job.pk, lease=job.lease)
    if not mine.update(leased_until=timezone.now() + lease):
        return False
    job.held_until = until
    return True


def set_right(*, now: datetime) -> None:
    """Queue periodic work that is not queued, and repair what a clock that was ahead has written.

    Every worker calls this when it starts and once a minute.
    """
    periodic_kinds = {kind for kind, registered in _kinds.items() if registered.every}
    rows = Job.objects.unfinished().filter(object_id="").order_by()
    found = set(rows.values_list("kind", flat=True))
    Job.objects.bulk_create([Job(kind=kind, due_at=now) for kind in periodic_kinds - found], ignore_conflicts=True)
    if renamed := found - periodic_kinds:
        rows.waiting().filter(kind__in=renamed).delete()

    if sum(jobs.update(**values) for jobs, values in _from_a_clock_ahead(now) if jobs.exists()):
        # Dead, so that it is shown until a person has seen it.
        Job.objects.create(
            kind=CLOCK_JUMPED, object_id="clock", status=Job.Status.DEAD, error="ClockJumped", finished_at=now
        )
        logger.error("a clock was ahead; its due times and leases are set right")


def clock_jumped(*, now: datetime) -> bool:
    """Whether a clock that was ahead has written any moment in the queue."""
    return any(jobs.exists() for jobs, _values in _from_a_clock_ahead(now))


def late_after(kind: str) -> timedelta:
    return _kinds[kind].late_after if kind in _kinds else LATE_AFTER


@job(CLOCK_JUMPED)
def acknowledge_clock_jump(object_id: str, *, job: Job) -> None:
    """Whoever retries the notice has seen it."""


@periodic(every=timedelta(hours=1))
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
    while (candidates := _candidates(now)) is not None:
        with transaction.atomic():
            # PostgreSQL passes over rows that others are taking; SQLite lets in one writer at a time.
            claimed = candidates.select_for_update(skip_locked=True).first()
            if claimed is None:
                return None
            is_abandoned = claimed.status == Job.Status.RUNNING
            lease = _lease(claimed.kind)
            claimed.status, claimed.lease = Job.Status.RUNNING, uuid.uuid4()
            claimed.leased_until, claimed.held_until = now + lease, time.monotonic() + lease.total_seconds()
            claimed.attempts += 1
            # Later than now was written by a clock that was ahead.
            claimed.first_tried_at = min(claimed.first_tried_at or now, now)
            claimed.save(update_fields=["status", "lease", "leased_until", "attempts", "first_tried_at"])
        if not (is_abandoned and _is_given_up(claimed, now)):
            return claimed
        # It took its worker with it again and again.
        _give_back(claimed, outcome="dead", error="LeaseExpired", status=Job.Status.DEAD, finished_at=now)
    return None


def _candidates(now: datetime) -> JobQuerySet | None:
    """Jobs of which the first is to be done next. Asked without a lock, so that an idle worker writes nothing."""
    # Only kinds this process knows: while a new version is rolled out, an old worker leaves the new kinds waiting.
    known = Job.objects.filter(kind__in=list(_kinds))
    # Two questions, because each has an index of its own that one question with an OR cannot use.
    expired = known.with_expired_lease(at=now)
    return expired if expired.exists() else known.next_due(at=now)


def _is_given_up(claimed: Job, now: datetime) -> bool:
    """After so many hours, and as many tries as must have been made in them: a clock that jumps makes none."""
    assert claimed.first_tried_at is not None
    hours, longest = timedelta(hours=settings.JOBS_GIVE_UP_HOURS), timedelta(seconds=settings.JOBS_BACKOFF_MAX_SECONDS)
    is_periodic = _kinds[claimed.kind].every is not None
    return not is_periodic and now - claimed.first_tried_at >= hours and claimed.attempts >= hours / longest


def _run(claimed: Job, *, now: datetime | None) -> None:
    started, every = time.monotonic(), _kinds[claimed.kind].every
    raised: Exception | None = None
    try:
        _kinds[claimed.kind].handler(claimed.object_id, job=claimed)
    except Exception as error:
        # Whatever went wrong may go right later; the class of the error is kept and logged.
        raised = error
    now = now or timezone.now()
    ms = round((time.monotonic() - started) * 1000)
    values: dict[str, Any]
    if raised is None and every:
        outcome = "done"
        values = {"status": Job.Status.QUEUED, "due_at": now + every, "attempts": 0, "first_tried_at": None}
    elif raised is None:
        outcome = "done"
        values = {"status": Job.Status.DONE, "finished_at": now}
    elif _is_given_up(claimed, now) or (isinstance(raised, Permanent) and not every):
        outcome = "dead"
        values = {"status": Job.Status.DEAD, "finished_at": now}
    else:
        outcome = "postponed"
        values = {"status": Job.Status.QUEUED, "due_at": now + back_off(claimed.attempts)}
    _give_back(claimed, outcome=outcome, error=describe(raised) if raised else "", raised=raised, ms=ms, **values)


def _give_back(
    claimed: Job, *, outcome: str, error: str, raised: Exception | None = None, ms: int | None = None, **values: Any
) -> None:
    """Write what became of the job, unless its lease was lost, and log it."""
    mine = Job.objects.filter(pk=claimed.pk, lease=claimed.lease)
    if not mine.update(error=error, lease=None, leased_until=None, **values):
        outcome = "lease lost"
    data = {"job": claimed.pk, "kind": claimed.kind, "outcome": outcome, "attempts": claimed.attempts}
    data |= {name: value for name, value in (("error", error), ("ms", ms)) if value not in ("", None)}
    level = {"done": logging.INFO, "postponed": logging.WARNING}.get(outcome, logging.ERROR)
    logger.log(level, "job", extra={"data": data}, exc_info=raised)


def _from_a_clock_ahead(now: datetime) -> list[tuple[JobQuerySet, dict[str, Any]]]:
    """Find jobs with moments that only a clock that was ahead can have written, each with the values that repair it.

    A far due time of a job that was never tried is none of these: somebody may want it so.
    """
    latest = now + CLOCK_TOLERANCE
    longest_delay = timedelta(seconds=settings.JOBS_BACKOFF_MAX_SECONDS)
    waiting = Job.objects.waiting().filter(due_at__gt=latest).order_by()
    running = Job.objects.filter(status=Job.Status.RUNNING).order_by()
    return [
        (waiting.filter(created_at__gt=latest), {"due_at": F("due_at") - F("created_at") + now, "created_at": now}),
        (waiting.filter(attempts__gt=0, due_at__gt=latest + longest_delay), {"due_at": now}),
        *(
            (waiting.filter(kind=kind, due_at__gt=latest + registered.every), {"due_at": now})
            for kind, registered in _kinds.items()
            if registered.every
        ),
        (running.filter(leased_until__gt=latest + max(map(_lease, _kinds))), {"leased_until": now}),
        (Job.objects.order_by().filter(finished_at__gt=latest), {"finished_at": now}),
    ]
