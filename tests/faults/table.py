"""What a fault run ends with: one table of figures beside their targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


def percentile(values: Iterable[float], part: float) -> float:
    """The value that `part` of all (0 to 1) do not exceed; 0 when there is none."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


@dataclass
class Table:
    """Rows of figure, target, measured and judgement."""

    title: str
    #: Judge no times: the machine does other work beside.
    is_short: bool = False
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def row(self, figure: str, target: str, measured: object, *, is_met: bool | None, is_time: bool = False) -> None:
        """`is_met` is None for a figure that has no target; `is_time` for one that depends on the machine's speed."""
        is_judged = is_met is not None and not (is_time and self.is_short)
        judgement = ("ok" if is_met else "MISSED") if is_judged else "-"
        self.rows.append((figure, target, str(measured), judgement))

    def none(self, figure: str, found: object) -> None:
        """A figure whose target is 0. `found` is a number or a list of what should not be there."""
        number = found if isinstance(found, int) else len(found)  # type: ignore[arg-type]
        example = f", such as {next(iter(found))}" if number and not isinstance(found, int) else ""  # type: ignore[call-overload]
        self.row(figure, "0", f"{number}{example}", is_met=not number)

    def at_most(self, figure: str, seconds: float, target: float) -> None:
        self.row(figure, f"<= {milliseconds(target)}", milliseconds(seconds), is_met=seconds <= target, is_time=True)

    @property
    def is_met(self) -> bool:
        return bool(self.rows) and all(judgement != "MISSED" for *_rest, judgement in self.rows)

    def show(self) -> None:
        head = (self.title, "target", "measured", "")
        widths = [max(len(row[column]) for row in [head, *self.rows]) for column in range(3)]
        for row in [head, *self.rows]:
            print("  " + "  ".join(text.ljust(width) for text, width in zip(row, [*widths, 6], strict=True)).rstrip())
        print(flush=True)
