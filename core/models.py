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
    def due(self, *, at: datetime) -> JobQuerySet:
        """What a worker may claim: whatever waits and is due, and whatever a worker took and never gave back."""
        return self.filter(
            models.Q(status=Job.Status.QUEUED, due_at__lte=at)
            | models.Q(status=Job.Status.RUNNING, leased_until__lte=at)
        )

    def overdue_since(self, *, at: datetime) -> datetime | None:
        """Since when the oldest of what is not done, although its moment has come, waits or was tried in vain."""
        tried_in_vain = self.filter(status=Job.Status.QUEUED, first_tried_at__lte=at)
        oldest = models.Min(Coalesce("first_tried_at", "due_at"))
        return (self.due(at=at) | tried_in_vain).aggregate(oldest=oldest)["oldest"]

    def unfinished(self) -> JobQuerySet:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def dead(self) -> JobQuerySet:
        return self.filter(status=Job.Status.DEAD)

    def postponed_over(self, error: str, *, at: datetime) -> JobQuerySet:
        """What waits for another try because of errors that begin so."""
        return self.filter(status=Job.Status.QUEUED, due_at__gt=at, error__startswith=error)

    def settled_before(self, moment: datetime) -> JobQuerySet:
        """Done or given up by a person. A dead job stays until somebody has dealt with it."""
        return self.filter(status__in=[Job.Status.DONE, Job.Status.DISCARDED], finished_at__lt=moment)

    def retry(self, *, now: datetime) -> int:
        """Put dead and waiting jobs at the front of time again, with all their tries before them."""
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
    """

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
            models.Index(fields=["finished_at"], name="job_finished"),
        ]
        constraints = [
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
