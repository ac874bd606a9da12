import uuid
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import StartsWith
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField


def new_message_id() -> str:
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>"


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> Self:
        return self.filter(status=Job.Status.QUEUED)

    def tried(self) -> Self:
        """Jobs that failed and wait for another try."""
        return self.waiting().filter(first_tried_at__isnull=False)

    def with_expired_lease(self, *, at: datetime) -> Self:
        """Jobs whose worker died or is too slow."""
        return self.filter(status=Job.Status.RUNNING, leased_until__lte=at).order_by("leased_until", "pk")

    def next_due(self, *, at: datetime) -> Self | None:
        """Find the due jobs of the highest priority, the oldest first. Returns None when nothing is due.

        One look into the index gives the earliest job of a priority. So the search steps over any number of jobs that
        are not due yet, whatever their priority.
        """
        waiting = self.waiting().order_by("-priority", "due_at", "pk")
        earliest = waiting.values_list("priority", "due_at").first()
        while earliest and earliest[1] > at:
            earliest = waiting.filter(priority__lt=earliest[0]).values_list("priority", "due_at").first()
        return waiting.filter(priority=earliest[0], due_at__lte=at) if earliest else None

    def overdue_since(self, *, at: datetime) -> dict[str, datetime]:
        """For each kind with overdue jobs: when the oldest of them was first tried or, if never tried, was due.

        Asks for the earliest of one kind after another, because each of these is one look into an index.
        """
        since: dict[str, datetime] = {}
        by_kind = self.waiting().order_by("kind", "due_at").values_list("kind", "due_at")
        # With a lower bound SQLite searches the index, without one it sorts every row.
        earliest = by_kind.filter(kind__gt="").first()
        while earliest:
            kind, due_at = earliest
            tried = self.tried().filter(kind=kind).order_by("first_tried_at")
            oldest = min(due_at, tried.values_list("first_tried_at", flat=True).first() or due_at)
            if oldest <= at:
                since[kind] = oldest
            earliest = by_kind.filter(kind__gt=kind).first()
        expired = self.with_expired_lease(at=at).order_by().values_list("kind")
        for kind, oldest in expired.annotate(since=models.Min(Coalesce("first_tried_at", "due_at"))):
            since[kind] = min(oldest, since.get(kind, oldest))
        return since

    def unfinished(self) -> Self:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def dead(self) -> Self:
        return self.filter(status=Job.Status.DEAD)

    def waiting_after_error(self, error: str, *, at: datetime) -> Self:
        """Jobs that wait for another try after an error that begins with these words."""
        return self.tried().filter(due_at__gt=at, error__startswith=error).order_by("due_at")

    def finished_before(self, moment: datetime) -> Self:
        """Jobs that were done or discarded. A dead job is not among them: it stays until a person deals with it."""
        return self.filter(status__in=[Job.Status.DONE, Job.Status.DISCARDED], finished_at__lt=moment)


class Job(models.Model):
    """One piece of work for a worker, such as a mail to send or a rendition to make.

    The row names its object and holds no address and no text. The worker renders a mail when it sends it.
    A row that is done or discarded is deleted after 30 days. A dead one stays until a person retries or discards it.
    Periodic work is one row for ever, with an empty object: after each run it waits for the next.
    """

    #: Nobody else can take this job before this moment of time.monotonic(). Set in the process that runs it.
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
        help_text=_("The same for every try, so that the receiver can recognise a mail that was sent twice."),
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
            models.Index(fields=["due_at"], name="job_periodic", condition=models.Q(status="queued", object_id="")),
            models.Index(fields=["leased_until"], name="job_leases", condition=models.Q(status="running")),
            models.Index(fields=["kind", "due_at"], name="job_kind_due", condition=models.Q(status="queued")),
            models.Index(
                fields=["kind", "first_tried_at"],
                name="job_kind_tried",
                condition=models.Q(status="queued", first_tried_at__isnull=False),
            ),
            models.Index(
                fields=["due_at"],
                name="job_retries",
                condition=models.Q(status="queued", first_tried_at__isnull=False),
            ),
            models.Index(fields=["kind"], name="job_dead", condition=models.Q(status="dead")),
            models.Index(fields=["finished_at"], name="job_finished"),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
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
            # It names every status, so it refuses any other too.
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
    """Counts how often one visitor did one thing within one window of time.

    The visitor is kept as a keyed hash alone. The worker deletes the row once its window is over.
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


class HeldFormQuerySet(models.QuerySet["HeldForm"]):
    def readable(self, *, at: datetime) -> Self:
        return self.filter(held_until__gt=at, held_until__lte=at + HeldForm.LATEST)

    def expired(self, *, at: datetime) -> Self:
        """Those whose time is over, and those that a clock far ahead has written."""
        return self.filter(models.Q(held_until__lte=at) | models.Q(held_until__gt=at + HeldForm.LATEST))


class HeldForm(models.Model):
    """What one browser typed into one form that was not stored yet (`core.held_forms`), for fifteen minutes at most.

    Encrypted under a key that the browser alone has, and again under ours. Nothing tells whose it is.
    """

    #: No right clock holds a form longer: fifteen minutes, and what the clocks of healthy machines differ by.
    LATEST = timedelta(minutes=20)

    #: Derived from the browser's key, which is not kept.
    lookup = models.CharField(max_length=64, primary_key=True)
    #: In bytes.
    size = models.PositiveIntegerField()
    held_until = models.DateTimeField()
    sealed_form = EncryptedTextField(associated="lookup")

    objects = HeldFormQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["held_until", "size"], name="held_form_until")]
        constraints = [
            models.CheckConstraint(
                condition=StartsWith(Cast("sealed_form", models.TextField()), "v1."),
                name="held_form_encrypted",
                violation_error_message=_("What a person typed is held encrypted or not at all."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.lookup[:8]} {self.held_until:%H:%M}"


class ContentVersion(models.Model):
    """The one number that says whether anything a reader can see has changed (`core.content`).

    Triggers of the database raise it, in the transaction of the change. Nothing else writes it.
    """

    number = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="content_version_one_row")]

    def __str__(self) -> str:
        return str(self.number)
