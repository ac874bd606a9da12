"""The list of jobs, where staff retry or discard what failed."""

from typing import cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core import jobs
from core.admin.read_only import ReadOnlyAdmin
from core.job_transitions import TRANSITIONS
from core.models import Job
from core.transitions import WrongState


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "object_id", "state", "attempts", "due_at", "error", "created_at"]
    list_filter = ["status", "kind"]
    ordering = ["-created_at", "-pk"]
    actions = ["retry", "discard"]
    fields = [
        "kind",
        "object_id",
        "state",
        "error",
        "attempts",
        "priority",
        "due_at",
        "first_tried_at",
        "leased_until",
        "finished_at",
        "message_id",
        "created_at",
    ]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return jobs.visible_to(cast(User, request.user))

    def has_discard_permission(self, request: HttpRequest) -> bool:
        """To discard is to decide that nobody is told: not for everybody who may try again."""
        return cast(User, request.user).has_perm("core.delete_job")

    @admin.display(description=_("status"), ordering="status")
    def state(self, job: Job) -> str:
        if job.status == Job.Status.DEAD:
            # The admin's own red, beside the word: colour alone tells nobody.
            return format_html('<strong class="errornote">{}</strong>', job.get_status_display())
        return job.get_status_display()

    @admin.action(description=TRANSITIONS["retry"].button, permissions=["act"])  # type: ignore[arg-type]
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._change_state("retry", request, queryset)

    @admin.action(description=TRANSITIONS["discard"].button, permissions=["discard"])  # type: ignore[arg-type]
    def discard(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._change_state("discard", request, queryset)

    @transaction.atomic
    def _change_state(self, name: str, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Change each job that its state allows, and record who did it. The message counts them."""
        transition, changed = TRANSITIONS[name], 0
        for job in queryset:
            try:
                transition.apply(Job.objects.filter(pk=job.pk), at=timezone.now())
            except WrongState:
                continue
            self.log_change(request, job, str(transition.event_label))
            changed += 1
        self.message_user(request, transition.success % {"n": changed})
