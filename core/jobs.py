"""Jobs that `manage.py work` does outside requests, asked for by a request or due at regular intervals.

A caller writes a job in the transaction that needs it. A worker does it at least once: it claims the job with a lease,
and only the holder of that lease can finish it. The lease of a worker that dies runs out. Periodic work is a job too,
one row for each kind. See docs/decisions/0007-queue.md.
"""

import logging
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.models import Job, JobQuerySet

logger = logging.getLogger(__name__)

DELETE_FINISHED_AFTER = timedelta(days=30)
LATE_AFTER = timedelta(minutes=10)
# The clocks of healthy machines differ by less.
CLOCK_TOLERANCE = timedelta(minutes=5)
# A longer pause of all periodic work looks like a clock that jumped ahead.
LONGEST_PAUSE = timedelta(days=30)
# While a new version is rolled out, an old worker must not delete the periodic rows it does not know.
DELETE_UNKNOWN_PERIODIC_AFTER = timedelta(days=1)
CLOCK_JUMPED = "core.clock_jumped"
LONGEST_KIND: int = Job._meta.get_field("kind").max_length  # type: ignore[assignment]


class JobError(Exception):
    """A handler raises this to name what went wrong in one to three plain words, never in a person's text."""

    def __init__(self, code: str):
        if len(code) > 100 or not re.fullmatch(r"[A-Za-z0-9_-]+( [A-Za-z0-9_-]+){0,2}", code):
            raise ValueError("The code of a job error is one to three plain words.")
        super().__init__(code)
        self.code = code


class PermanentError(JobError):
    """Another try cannot help."""


class RetryLater(JobError):
    """The job is tried again, as after any other exception."""


class UnknownKind(LookupError):
    """Nobody registered this kind."""


@dataclass(frozen=True)
class _Kind:
    handler: Callable[..., None]
    lease: timedelta | None
    late_after: timedelta
    every: timedelta | None = None
    until: Callable[[Job], bool] | None = None
    sends_mail: bool = False
    hidden_from: Callable[[User | AnonymousUser], Q] | None = None


_kinds: dict[str, _Kind] = {}
_idle_callbacks: list[Callable[[], None]] = []


def job(
    kind: str,
    *,
    lease: timedelta | None = None,
    late_after: timedelta = LATE_AFTER,
    until: Callable[[Job], bool] | None = None,
    sends_mail: bool = False,
    hidden_from: Callable[[User | AnonymousUser], Q] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `handler(object_id, *, job)` for jobs of this kind.

    A handler may run twice, because a worker can die before it reports. Make it idempotent. Set `lease` when it may
    take longer than settings.JOBS_LEASE_SECONDS, and `late_after` when its jobs may wait longer than ten minutes before
    /health/ready calls them late. With `until` no failure is final: the job is tried on for ever, with growing gaps,
    and discarded once `until(job)` holds, which is asked before each try. Kinds with `sends_mail` are those by which
    /health/ready judges whether mail leaves. `hidden_from(user)` tells which jobs of this kind a person must not see in
    the admin, because they may not see what those are about. Raises ValueError when the kind is taken or too long.
    """

    def register(handler: Callable[..., None]) -> Callable[..., None]:
        registered = _Kind(
            handler=handler,
            lease=lease,
            late_after=late_after,
            until=until,
            sends_mail=sends_mail,
            hidden_from=hidden_from,
        )
        _add(kind, registered)
        return handler

    return register


def periodic(*, every: timedelta, lease: timedelta | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let one worker call `function(now=...)` at this interval. A function that fails is tried again sooner, for ever.

    Its kind is its module and name, for example "core.jobs.prune". A function that deletes must first ask
    `clock_state`. Raises ValueError when the kind is taken or too long.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def handler(object_id: str, *, job: Job) -> None:
            function(now=timezone.now())

        kind = f"{function.__module__}.{function.__qualname__}"
        _add(kind, _Kind(handler=handler, lease=lease, late_after=LATE_AFTER, every=every))
        return function

    return register


def _add(kind: str, registered: _Kind) -> None:
    if kind in _kinds:
        raise ValueError(f"Two handlers want the job kind {kind!r}.")
    if len(kind) > LONGEST_KIND:
        raise ValueError(f"The job kind {kind!r} has more than {LONGEST_KIND} characters.")
    _kinds[kind] = registered


def visible_to(user: User | AnonymousUser) -> JobQuerySet:
    """All jobs but those about what this person may not see."""
    rules: dict[Callable, list[str]] = {}
    for kind, registered in _kinds.items():
        if registered.hidden_from:
            rules.setdefault(registered.hidden_from, []).append(kind)
    jobs = Job.objects.all()
    for rule, kinds in rules.items():
        jobs = jobs.exclude(Q(kind__in=kinds) & rule(user))
    return jobs


def when_idle(callback: Callable[[], None]) -> Callable[[], None]:
    """Call this in each worker that finds nothing due."""
    _idle_callbacks.append(callback)
    return callback


def enqueue(*, kind: str, object_id: str | int, priority: int = 0, due_at: datetime | None = None) -> Job:
    """Write a job in the caller's transaction, so that both are kept or neither is.

    Raises UnknownKind, and ValueError for an empty object ID, which marks periodic work.
    """
    if kind not in _kinds:
        raise UnknownKind(kind)
    if object_id == "":
        raise ValueError("A job needs an object ID.")
    return Job.objects.create(kind=kind, object_id=str(object_id), priority=priority, due_at=due_at or timezone.now())


def run_next(*, now: datetime | None = None) -> bool:
    """Do one due job. Returns False when there is none. Tests give `now` in place of the clock."""
    claimed = _claim(now or timezone.now())
    if claimed is None:
        for callback in _idle_callbacks:
            callback()
        return False
    _run(claimed, now=now)
    return True


def run_all_due(*, now: datetime | None = None) -> int:
    """Do due jobs until there is none. Returns the number of tries."""
    tries = 0
    while run_next(now=now):
        tries += 1
    return tries


def extend_lease(job: Job, *, seconds: float) -> bool:
    """Keep other workers off a running job for so many seconds. Returns False when one of them has taken it.

    Asks the database only when the present lease is too short.
    """
    if job.held_until - time.monotonic() >= seconds:
        return True
    lease = _lease(job.kind)
    until = time.monotonic() + lease.total_seconds()
    if not Job.objects.filter(pk=job.pk, lease=job.lease).update(leased_until=timezone.now() + lease):
        return False
    job.held_until = until
    return True


def repair_queue(*, now: datetime) -> None:
    """Queue missing periodic work, and correct the times that a clock ahead of this one has written.

    Every worker calls this when it starts and once a minute. It corrects nothing while its own clock is behind.
    """
    periodic_kinds = [kind for kind, registered in _kinds.items() if registered.every]
    # A constraint passes over those that wait or run.
    Job.objects.bulk_create([Job(kind=kind, due_at=now) for kind in periodic_kinds], ignore_conflicts=True)

    if _is_behind(now):
        _report_clock("ClockBehind", now=now)
        return
    waiting = Job.objects.waiting().filter(object_id="")
    has_paused = waiting.filter(due_at__lt=now - LONGEST_PAUSE).exists()
    repaired = sum(jobs.update(**values) for jobs, values in _jobs_with_future_times(now) if jobs.first())
    if has_paused or repaired:
        _report_clock("ClockJumped", now=now)
    overdue = waiting.filter(due_at__lt=now - DELETE_UNKNOWN_PERIODIC_AFTER)
    overdue.exclude(kind__in=list(_kinds)).delete()


def clock_state(*, now: datetime) -> Literal["ok", "behind", "jumped"]:
    """Judge this process's clock by what the database holds. "jumped" lasts until a person has dealt with the notice.

    Whoever deletes by age asks this first.
    """
    if _is_behind(now):
        return "behind"
    has_jumped = Job.objects.dead().filter(kind=CLOCK_JUMPED).exists() or any(
        jobs.first() for jobs, _values in _jobs_with_future_times(now)
    )
    return "jumped" if has_jumped else "ok"


def late_after(kind: str) -> timedelta:
    return _kinds[kind].late_after if kind in _kinds else LATE_AFTER


def mail_kinds() -> list[str]:
    return [kind for kind, registered in _kinds.items() if registered.sends_mail]


@job(CLOCK_JUMPED)
def acknowledge_clock_jump(object_id: str, *, job: Job) -> None:
    """A person retries the notice to say that it was seen. There is nothing else to do."""


@periodic(every=timedelta(hours=1))
def prune(*, now: datetime) -> int:
    if clock_state(now=now) != "ok":
        return 0
    deleted, _ = Job.objects.finished_before(now - DELETE_FINISHED_AFTER).delete()
    return deleted


def error_code(error: BaseException) -> str:
    """Name the class of an error, and the number a mail server gave. Leaves out its text, which may name a person."""
    if isinstance(error, JobError):
        return error.code
    code = getattr(error, "smtp_code", None)
    refused = getattr(error, "recipients", None)
    if code is None and isinstance(refused, dict) and refused:
        code = next(iter(refused.values()))[0]
    return f"{type(error).__name__} {code}" if isinstance(code, int) and code > 0 else type(error).__name__


def back_off(attempts: int) -> timedelta:
    """Double the wait after each try, up to a ceiling. Spread it, so that jobs which failed together disperse."""
    longest = min(settings.JOBS_BACKOFF_BASE_SECONDS * 2 ** min(attempts - 1, 30), settings.JOBS_BACKOFF_MAX_SECONDS)
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311


def _lease(kind: str) -> timedelta:
    return _kinds[kind].lease or timedelta(seconds=settings.JOBS_LEASE_SECONDS)


def _claim(now: datetime) -> Job | None:
    while (candidates := _candidates(now)) is not None:
        with transaction.atomic():
            # PostgreSQL passes over rows that other workers are taking. SQLite lets in one writer at a time.
            claimed = candidates.select_for_update(skip_locked=True).first()
            if claimed is None:
                return None
            is_abandoned = claimed.status == Job.Status.RUNNING
            lease = _lease(claimed.kind)
            claimed.status, claimed.lease = Job.Status.RUNNING, uuid.uuid4()
            claimed.leased_until, claimed.held_until = now + lease, time.monotonic() + lease.total_seconds()
            claimed.attempts += 1
            # A clock that was ahead may have written a later moment.
            claimed.first_tried_at = min(claimed.first_tried_at or now, now)
            claimed.save(update_fields=["status", "lease", "leased_until", "attempts", "first_tried_at"])
        if not (is_abandoned and _is_given_up(claimed, now)):
            return claimed
        # This job killed its worker repeatedly.
        _save_outcome(claimed, outcome="dead", error="LeaseExpired", status=Job.Status.DEAD, finished_at=now)
    return None


def _candidates(now: datetime) -> JobQuerySet | None:
    """Find the jobs to be done next, the first one first. Takes no lock, so that an idle worker writes nothing."""
    # While a new version is rolled out, an old worker leaves the new kinds waiting.
    known = Job.objects.filter(kind__in=list(_kinds))
    # Two questions, because each has an index that one question with an OR could not use.
    expired = known.with_expired_lease(at=now)
    return expired if expired.exists() else known.next_due(at=now)


def _is_given_up(claimed: Job, now: datetime) -> bool:
    """Give up after some hours, and only after as many tries as fit into them: a clock that jumps makes no tries."""
    assert claimed.first_tried_at is not None
    hours, longest = timedelta(hours=settings.JOBS_GIVE_UP_HOURS), timedelta(seconds=settings.JOBS_BACKOFF_MAX_SECONDS)
    registered = _kinds[claimed.kind]
    is_endless = registered.every is not None or registered.until is not None
    return not is_endless and now - claimed.first_tried_at >= hours and claimed.attempts >= hours / longest


def _run(claimed: Job, *, now: datetime | None) -> None:
    started, registered = time.monotonic(), _kinds[claimed.kind]
    every, until = registered.every, registered.until
    is_over = False
    raised: Exception | None = None
    try:
        is_over = until is not None and until(claimed)
        if not is_over:
            registered.handler(claimed.object_id, job=claimed)
    except Exception as error:
        # Any error may pass, so the job is tried again. The row and the log name its class.
        raised = error
    now = now or timezone.now()
    ms = round((time.monotonic() - started) * 1000)
    values: dict[str, Any]
    if is_over:
        outcome = "no longer needed"
        values = {"status": Job.Status.DISCARDED, "finished_at": now}
    elif raised is None and every:
        outcome = "done"
        values = {"status": Job.Status.QUEUED, "due_at": now + every, "attempts": 0, "first_tried_at": None}
    elif raised is None:
        outcome = "done"
        values = {"status": Job.Status.DONE, "finished_at": now}
    elif _is_given_up(claimed, now) or (isinstance(raised, PermanentError) and not every and not until):
        outcome = "dead"
        values = {"status": Job.Status.DEAD, "finished_at": now}
    else:
        outcome = "postponed"
        values = {"status": Job.Status.QUEUED, "due_at": now + back_off(claimed.attempts)}
    _save_outcome(claimed, outcome=outcome, error=error_code(raised) if raised else "", raised=raised, ms=ms, **values)


def _save_outcome(
    claimed: Job, *, outcome: str, error: str, raised: Exception | None = None, ms: int | None = None, **values: Any
) -> None:
    """Save the outcome, unless another worker has the lease by now, and log it."""
    leased = Job.objects.filter(pk=claimed.pk, lease=claimed.lease)
    if not leased.update(error=error, lease=None, leased_until=None, **values):
        outcome = "lease lost"
    data = {"job": claimed.pk, "kind": claimed.kind, "outcome": outcome, "attempts": claimed.attempts}
    data |= {name: value for name, value in (("error", error), ("ms", ms)) if value not in ("", None)}
    level = {"done": logging.INFO, "no longer needed": logging.INFO, "postponed": logging.WARNING}.get(
        outcome, logging.ERROR
    )
    logger.log(level, "job", extra={"data": data}, exc_info=raised)


def _is_behind(now: datetime) -> bool:
    """Compare the clock with the database server's or, on SQLite, with the newest migration's time."""
    moment = Now() if connection.vendor == "postgresql" else F("applied")
    latest = MigrationRecorder(connection).migration_qs.aggregate(latest=Max(moment))["latest"]
    return latest is not None and now < latest - CLOCK_TOLERANCE


def _report_clock(error: str, *, now: datetime) -> None:
    """Leave one notice among the dead jobs, where it stays until a person retries or discards it."""
    values = {"status": Job.Status.DEAD, "error": error, "lease": None, "leased_until": None, "finished_at": now}
    # The unique message ID keeps it at one row.
    Job.objects.update_or_create(
        message_id=CLOCK_JUMPED, defaults={"kind": CLOCK_JUMPED, "object_id": "clock", **values}
    )
    logger.error("the clock is or was wrong", extra={"data": {"error": error}})


def _jobs_with_future_times(now: datetime) -> list[tuple[JobQuerySet, dict[str, Any]]]:
    """Find jobs with times that only a clock ahead of this one can have written, each with the values that repair it.

    Leaves a far due time alone if the job was never tried: somebody may have chosen that day. The latest comes first,
    so that a look into an index answers whether there are any.
    """
    latest = now + CLOCK_TOLERANCE
    longest_delay = timedelta(seconds=settings.JOBS_BACKOFF_MAX_SECONDS)
    waiting = Job.objects.waiting().order_by("-due_at")
    created = waiting.filter(created_at__gt=latest).order_by("-created_at")
    tried = Job.objects.tried().order_by("-due_at")
    running = Job.objects.filter(status=Job.Status.RUNNING).order_by("-leased_until")
    return [
        # Due at once or after a delay. A day before its creation was chosen, so it stays.
        (
            created.filter(due_at__gt=F("created_at") - CLOCK_TOLERANCE),
            {"due_at": F("due_at") - F("created_at") + now, "created_at": now},
        ),
        (created, {"created_at": now}),
        (tried.filter(due_at__gt=latest + longest_delay), {"due_at": now}),
        *(
            (waiting.filter(kind=kind, object_id="", due_at__gt=latest + registered.every), {"due_at": now})
            for kind, registered in _kinds.items()
            if registered.every
        ),
        (running.filter(leased_until__gt=latest + max(map(_lease, _kinds))), {"leased_until": now}),
        (Job.objects.order_by("-finished_at").filter(finished_at__gt=latest), {"finished_at": now}),
    ]
