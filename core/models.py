from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_message_id() -> str:
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>"


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> JobQuerySet:
        return self.filter(status=Job.Status.QUEUED)

    def with_expired_lease(self, *, at: datetime) -> JobQuerySet:
        """Taken by a worker that never gave them back."""
        return self.filter(status=Job.Status.RUNNING, leased_until__lte=at).order_by("leased_until", "pk")

    def next_due(self, *, at: datetime) -> JobQuerySet | None:
        """Of the jobs that wait and are due, those of the highest priority, the oldest first. None: there are none.

        One look into the index gives the earliest job of a priority. So a crowd that is not due yet is stepped over,
        whatever its size and priority.
        """
        waiting = self.waiting().order_by("-priority", "due_at", "pk")
        earliest = waiting.values_list("priority", "due_at").first()
        while earliest and earliest[1] > at:
            earliest = waiting.filter(priority__lt=earliest[0]).values_list("priority", "due_at").first()
        return waiting.filter(priority=earliest[0], due_at__lte=at) if earliest else None

    def overdue_since(self, *, at: datetime) -> dict[str, datetime]:
        """For each kind with overdue jobs: when the oldest of them was first tried or, if never tried, was due."""
        should_be_done = models.Q(due_at__lte=at) | models.Q(first_tried_at__lte=at)
        since = models.Min(Coalesce("first_tried_at", "due_at"))
        found: dict[str, datetime] = {}
        for overdue in (self.waiting().filter(should_be_done), self.with_expired_lease(at=at)):
            for kind, oldest in overdue.order_by().values_list("kind").annotate(since=since):
                found[kind] = min(oldest, found.get(kind, oldest))
        return found

    def unfinished(self) -> JobQuerySet:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def dead(self) -> JobQuerySet:
        return self.filter(status=Job.Status.DEAD)

    def postponed_over(self, error: str, *, at: datetime) -> JobQuerySet:
        """Wait for another try, after an error that begins with these words."""
        return self.waiting().filter(due_at__gt=at, error__startswith=error).order_by("due_at")

    def settled_before(self, moment: datetime) -> JobQuerySet:
        """Done, or discarded by a person. A dead job stays until somebody has dealt with it."""
        return self.filter(status__in=[Job.Status.DONE, Job.Status.DISCARDED], finished_at__lt=moment)

    def retry(self, *, now: datetime) -> int:
        """Make dead and waiting jobs due now, as if they had never been tried."""
        return self.filter(status__in=[Job.Status.DEAD, Job.Status.QUEUED]).update(
            status=Job.Status.QUEUED, due_at=now, attempts=0, first_tried_at=None, finished_at=None, error=""
        )

    def discard(self, *, now: datetime) -> int:
        """Give up dead and waiting jobs for good."""
        return self.filter(status__in=[Job.Status.DEAD, Job.Status.QUEUED]).update(
            status=Job.Status.DISCARDED, finished_at=now
        )


class Job(models.Model):
    """One piece of work to be done after the request that asked for it: a mail to send, a rendition to make.

    The row names its object and holds nothing of it: no address, no text. What is sent is rendered when it is sent.
    A row that is done or discarded is deleted after 30 days; a dead one stays until a person retries or discards it.
    Periodic work is one row for ever, without an object: after each run it waits for the next.
    """

    #: Until when nobody else can take the job that this process runs, by time.monotonic().
    held_until: float = 0.0

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        DEAD = "dead", _("failed")
        DISCARDED = "discarded", _("discarded")

    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(_("object"), max_length=64)
    priority = models.SmallIntegerField(_("priority"), default=0, help_text=_("The higher number is done first."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    first_tried_at = models.DateTimeField(_("first tried"), null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    error = models.CharField(
        _("last error"),
        max_length=100,
        blank=True,
        help_text=_("Kind of error and mail server's code, never its text."),
    )
    message_id = models.CharField(
        _("message ID"),
        max_length=200,
        unique=True,
        default=new_message_id,
        editable=False,
        help_text=_("The same for every try, so that a mail sent twice can be told by its receiver."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["-priority", "due_at", "id"], name="job_queue", condition=models.Q(status="queued")),
            models.Index(fields=["leased_until"], name="job_leases", condition=models.Q(status="running")),
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(status="queued")),
            models.Index(fields=["kind"], name="job_dead", condition=models.Q(status="dead")),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(object_id="", status__in=["queued", "running"]),
                name="job_periodic_once",
                violation_error_message=_("Periodic work waits or runs once at a time."),
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", lease__isnull=False, leased_until__isnull=False)
                | (~models.Q(status="running") & models.Q(lease__isnull=True, leased_until__isnull=True)),
                name="job_leased_while_running",
                violation_error_message=_("A job has a lease while it runs and at no other time."),
            ),
            # Names every status there is, so it refuses any other too.
            models.CheckConstraint(
                condition=models.Q(status__in=["queued", "running"], finished_at__isnull=True)
                | models.Q(status__in=["done", "dead", "discarded"], finished_at__isnull=False),
                name="job_finished_at_the_end",
                violation_error_message=_("A job has a time of finishing when it is finished and not before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class RateHit(models.Model):
    """How often somebody did something within one window of time.

    Who it was is kept as a keyed hash only; the worker deletes the row once its window is over.
    """

    key = models.CharField(max_length=64)
    window_starts_at = models.DateTimeField()
    window_ends_at = models.DateTimeField(db_index=True)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "window_starts_at", "window_ends_at"],
                name="rate_hit_once_per_window",
                violation_error_message=_("One row counts one window."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.window_starts_at:%H:%M} {self.n}"


class ContentVersion(models.Model):
    """The one number that says whether anything a reader can see has changed (`core.content`).

    Triggers of the database raise it, in the transaction of the change. Nothing else writes it.
    """

    number = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="content_version_one_row")]

    def __str__(self) -> str:
        return str(self.number)
