"""Tells machines whether the site is alive and whether all it needs answers. Says nothing about people."""

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
    """Answer without the database."""
    response = HttpResponse("ok", content_type="text/plain")
    no_store(response)
    return response


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """ "down" (503): cannot serve. "degraded" (200): serves, but somebody should look at the jobs or the clock."""
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
    clock = jobs.clock_state(now=now)
    return {
        "status": "ok" if has_key and not dead and not late and clock == "ok" else "degraded",
        "database": "ok",
        "encryption": "ok" if has_key else "no usable key",
        "clock": clock,
        "oldest_due_job_seconds": max((round(age.total_seconds()) for age in waited.values()), default=0),
        "overdue_seconds": {kind: round(age.total_seconds()) for kind, age in sorted(waited.items())},
        "late": late,
        "has_dead_jobs": bool(dead),
    }


def _is_migrated() -> bool:
    """Once the answer is yes, a process does not ask again."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(name)
    return True
