"""Whether the site is alive, and whether all it needs answers. For machines; says nothing of people."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import encryption, jobs
from core.http import no_store
from core.models import Job

_migrated: set[str] = set()


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of the database."""
    response = HttpResponse("ok", content_type="text/plain")
    no_store(response)
    return response


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """ "down" (503): cannot serve. "degraded" (200): serves, and somebody should look at the jobs."""
    try:
        report = _report()
    except (DatabaseError, InterfaceError):
        connection.close()
        report = {"status": "down", "database": "away"}
    response = JsonResponse(report, status=503 if report["status"] == "down" else 200)
    no_store(response)
    return response


def _report() -> dict:
    if not _is_migrated():
        return {"status": "down", "database": "not migrated"}
    now = timezone.now()
    waited = {kind: now - since for kind, since in Job.objects.overdue_since(at=now).items()}
    late = sorted(kind for kind, age in waited.items() if age > jobs.late_after(kind))
    dead = set(Job.objects.dead().order_by().values_list("kind", flat=True).distinct())
    has_key = encryption.is_ready()
    has_jumped = jobs.CLOCK_JUMPED in dead or jobs.clock_jumped(now=now)
    return {
        "status": "ok" if has_key and not dead and not late and not has_jumped else "degraded",
        "database": "ok",
        "encryption": "ok" if has_key else "no usable key",
        "clock": "jumped" if has_jumped else "ok",
        "oldest_due_job_seconds": max((round(age.total_seconds()) for age in waited.values()), default=0),
        "overdue_seconds": {kind: round(age.total_seconds()) for kind, age in sorted(waited.items())},
        "late": late,
        "has_dead_jobs": bool(dead),
    }


def _is_migrated() -> bool:
    """Asked once per process while the answer is yes."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(name)
    return True
