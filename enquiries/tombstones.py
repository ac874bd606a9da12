"""The tombstones outside the database. A restored database knows nothing of what was deleted after its backup; the file
`tombstones.log` in DATA_DIR does. A line holds a moment, a reference and a reason, and nothing about anybody.

With several machines each has a file of its own, and each writes down what it finds in the database. An operator copies
it elsewhere (docs/operators.md).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.references import parse_reference
from enquiries import retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    reference: str
    at: datetime
    reason: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.reference} {self.reason}\n"


def path() -> Path:
    return settings.DATA_DIR / "tombstones.log"


def append(*lines: Line) -> None:
    """Write the lines and wait until the disk has them. Raises OSError."""
    _write(path(), "ab", lines)


def read(source: Path | None = None) -> list[Line]:
    """All lines of the file. One that was cut off by a crash is left out. Raises OSError when `source` is not there."""
    if source is None and not path().exists():
        return []
    return [line for text in (source or path()).read_text().splitlines() if (line := _parse(text))]


def add_missing(lines: Iterable[Line]) -> int:
    """Write down those that the file lacks: a crash may have come between the deletion and its line."""
    known = {line.reference for line in read()}
    missing = [line for line in lines if line.reference not in known]
    if missing:
        append(*missing)
    return len(missing)


def forget(*, before: datetime) -> None:
    """Leave out the lines that no backup can contradict any more.

    A line that another process writes meanwhile is lost, and `add_missing` finds it in the database.
    """
    lines = read()
    kept = [line for line in lines if line.at > before]
    if len(kept) < len(lines):
        # Put in place as a whole: a crash leaves the old file or the new one.
        new = path().with_suffix(".new")
        _write(new, "wb", kept)
        new.replace(path())


def outdated(*, at: datetime) -> datetime:
    return at - retention.TOMBSTONES


def _parse(text: str) -> Line | None:
    words = text.split()
    if len(words) != 3 or not parse_reference(words[1]):
        return None
    try:
        at = datetime.fromisoformat(words[0])
    except ValueError:
        return None
    return Line(reference=words[1], at=at, reason=words[2]) if at.tzinfo else None


def _write(target: Path, mode: str, lines: Iterable[Line]) -> None:
    with open(target, mode, opener=_private) as file:
        file.write("".join(map(str, lines)).encode())
        file.flush()
        os.fsync(file.fileno())


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
