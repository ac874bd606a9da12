"""The rows of a block of statistics in the form: some rows of boxes, and always room for one more."""

from itertools import count
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from publishing.models import Statistics

FEWEST_ROWS = 4
EMPTY = {"value": "", "label": "", "amount": ""}


class FiguresWidget(forms.Widget):
    """Rows of three boxes, `<name>-<row>-value`, `-label` and `-amount`."""

    template_name = "admin/publishing/widgets/figures.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [EMPTY | {key: "" if part is None else part for key, part in row.items()} for row in value or []]
        rows += [EMPTY] * max(FEWEST_ROWS - len(rows), 1)
        context["widget"]["rows"] = [{"name": f"{name}-{number}", **row} for number, row in enumerate(rows)]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for number in count():
            if f"{name}-{number}-value" not in data:
                return rows
            rows.append({part: data.get(f"{name}-{number}-{part}", "").strip() for part in EMPTY})
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-value" not in data


class FiguresField(forms.Field):
    """The rows as they were typed, an amount as a number where it is one; the model judges them."""

    widget = FiguresWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        return [row | {"amount": _number(row["amount"])} for row in value or []]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return Statistics.filled(initial or []) != Statistics.filled(self.to_python(data))


def _number(text: Any) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


class StatisticsForm(forms.ModelForm):
    figures = FiguresField(label=_("Figures"))
