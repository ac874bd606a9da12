"""What staff can do to a row that has states. Each model has one table of these."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise


class WrongState(Exception):
    """The row is no longer in a state that allows this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One entry of the table. Services, events, buttons and messages follow from it."""

    # The words of the button, and of the message afterwards. The caller fills in "%(row)s" or "%(n)d".
    button: str | Promise
    success: str | Promise
    # The event in the record: the stored value and its words.
    event: str
    event_label: str | Promise
    # The values that each of these columns may have before.
    allowed_from: Mapping[str, Collection[Any]]
    # The new values of columns, given the moment.
    changes: Callable[[datetime], dict[str, Any]]
    # Runs in the same transaction, for what else follows.
    on_success: Callable[[Any], None] | None = None

    def is_allowed(self, row: Any) -> bool:
        return all(getattr(row, column) in values for column, values in self.allowed_from.items())

    def apply(self, rows: QuerySet, *, at: datetime, **given: Any) -> None:
        """Change the one row of `rows`. Raises `WrongState`, also for the second of two people who press at once.

        `given` are further columns: what the person who presses the button chose.
        """
        allowed = Q()
        for column, values in self.allowed_from.items():
            # The database finds no empty column among values.
            is_among = Q(**{f"{column}__in": values})
            allowed &= is_among | Q(**{f"{column}__isnull": True}) if None in values else is_among
        if not rows.filter(allowed).update(**self.changes(at), **given):
            raise WrongState
