"""Tells machines whether the site is alive and whether all it needs answers. Says nothing about people.

A room adds a figure of its own to the report with `@figure`.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import encryption, jobs, mail, sealed_rows
from core.http import no_store
from core.models import Job

_migrated: set[str] = set()
_figures: dict[str, Callable[[datetime], int]] = {}


def figure(name: str) -> Callable[[Callable[[datetime], int]], Callable[[datetime], int]]:
    """Register `function(now)`, whose number the report gives under this name. Raises ValueError if it is taken.

    Anybody may read it, so it counts nobody.
    """

    def register(function: Callable[[datetime], int]) -> Callable[[datetime], int]:
        if name in _figures:
            raise ValueError(f"Two functions want the figure {name!r}.")
        _figures[name] = function
        return function

    return register


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer without the database."""
    response = HttpResponse("ok", content_type="text/plain")
    no_store(response)
    return response


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """ "down" (503): cannot serve. "degraded" (200): serves, but somebody should look at jobs, mail, keys or clock."""
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
    failing_since = mail.failing_since(at=now)
    states = {
        "encryption": _encryption(),
        "mail": f"failing since {failing_since.isoformat(timespec='seconds')}" if failing_since else "ok",
        "clock": jobs.clock_state(now=now),
    }
    return {
        "status": "ok" if set(states.values()) == {"ok"} and not dead and not late else "degraded",
        "database": "ok",
        **states,
        "oldest_due_job_seconds": max((round(age.total_seconds()) for age in waited.values()), default=0),
        "overdue_seconds": {kind: round(age.total_seconds()) for kind, age in sorted(waited.items())},
        "late": late,
        "has_dead_jobs": bool(dead),
        **{name: function(now) for name, function in _figures.items()},
    }


def _encryption() -> str:
    """The site serves on in each of these: readers need its telephone numbers, and forms close by themselves."""
    if not encryption.is_ready():
        return "no usable key"
    return {"all": "ok", "some": "some stored rows unreadable", "none": "stored rows unreadable"}[
        sealed_rows.readable()
    ]


def _is_migrated() -> bool:
    """Once the answer is yes, a process does not ask again."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(name)
    return True
