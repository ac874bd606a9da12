"""Inline rows that survive when somebody else deletes them meanwhile."""

from typing import Any, cast

from django.db.models import Model
from django.forms.formsets import INITIAL_FORM_COUNT
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict


class RecreateDeletedFormSet(BaseInlineFormSet):
    """Rows that somebody else has deleted meanwhile become new ones: what was typed into them is saved again.

    Django would refuse such a row by an error of its hidden number, which nobody can see or put right.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        super().__init__(data, *args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self.data = self._with_deleted_rows_as_new()
            # Read from the data as they came.
            for name in ("management_form", "forms"):
                self.__dict__.pop(name, None)

    def _with_deleted_rows_as_new(self) -> QueryDict:
        data = cast(QueryDict, self.data).copy()
        rows, key = self.initial_form_count(), cast(type[Model], self.model)._meta.pk.name
        present = {str(row.pk) for row in self.get_queryset()}
        for number in reversed(range(rows)):
            if data.get(f"{self.prefix}-{number}-{key}", "") in present:
                continue
            # Old rows come first: the last of them changes places with the one that is new now.
            rows -= 1
            self._exchange(data, number, rows)
            data[f"{self.prefix}-{rows}-{key}"] = ""
        data[self.management_form.add_prefix(INITIAL_FORM_COUNT)] = str(rows)
        return data

    def _exchange(self, data: QueryDict, one: int, other: int) -> None:
        first, second = (f"{self.prefix}-{number}-" for number in (one, other))
        names = {name[len(start) :] for start in (first, second) for name in data if name.startswith(start)}
        for name in names:
            old, new = data.getlist(first + name), data.getlist(second + name)
            data.setlist(first + name, new)
            data.setlist(second + name, old)
