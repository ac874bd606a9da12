"""What somebody must look after; said by `migrate` and by `check --database default`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.db import connections
from django.utils import timezone

from publishing.models import Helpline


@checks.register(checks.Tags.database)
def check_helplines(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A telephone number on every page that nobody has rung for 90 days."""
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        # Before the first migration there is no table to ask.
        if Helpline._meta.db_table not in connections[alias].introspection.table_names():
            continue
        overdue = Helpline.objects.using(alias).overdue(on=timezone.localdate())
        if names := ", ".join(map(str, overdue)):
            found.append(
                checks.Warning(
                    f"Not checked for 90 days: {names}.",
                    hint="Ring each number, then set “last checked on” under Helplines in the admin.",
                    id="publishing.W001",
                )
            )
    return found
