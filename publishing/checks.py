"""Warnings about content that somebody must look after. `migrate` and `check --database default` print them."""

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.utils import timezone

from core.checks import aliases_with
from publishing.models import Helpline


@checks.register(checks.Tags.database)
def check_helplines(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn about telephone numbers that nobody has rung for 90 days."""
    return [
        checks.Warning(
            f"Not checked for 90 days: {', '.join(map(str, overdue))}.",
            hint="Ring each number, then set “last checked on” under Helplines in the admin.",
            id="publishing.W001",
        )
        for alias in aliases_with(Helpline, databases)
        if (overdue := Helpline.objects.using(alias).overdue(on=timezone.localdate()))
    ]
