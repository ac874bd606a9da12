"""What staff can do to a row that has states: from where, and what it changes. One table of these for each model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


class WrongState(Exception):
    """The row is no longer in a state that allows this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One entry of the table: services, events, buttons and messages all follow from it."""

    # What the button says, and what the page says afterwards of "%(row)s".
    button: str | Promise
    success: str | Promise
    # What the record of events calls it: the stored value and its words.
    event: str
    event_label: str | Promise
    # For each column the values it may have before.
    start: Mapping[str, Collection[Any]]
    # The new values of columns, given the moment.
    changes: Callable[[datetime], dict[str, Any]]
    # What else is owed, in the same transaction.
    then: Callable[[Any], None] | None = None

    def is_allowed(self, row: Any) -> bool:
        return all(getattr(row, column) in values for column, values in self.start.items())

    def apply(self, rows: QuerySet, *, at: datetime) -> None:
        """Change the one row of `rows`. Raises `WrongState`: of two people who press at once one has done it."""
        start = {f"{column}__in": values for column, values in self.start.items()}
        if not rows.filter(**start).update(**self.changes(at)):
            raise WrongState
