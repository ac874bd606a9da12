"""The power goes off while people write: does SQLite hold what they were told is stored?

    python -m tests.faults.power [--short]

TRUST F6. strace keeps a journal of a real site: what its processes write to the database, when the disk has confirmed
it, and when a person was told. From that journal many images are made of what a disk may hold after a power cut at some
moment: confirmed writes are there; of the others each may be there, missing, or there in some of its sectors of 512
bytes. Every image is opened as SQLite would open it, and searched for what was acknowledged before the cut.

The same is done with `synchronous=NORMAL`, which must lose something: otherwise this trial could not see a loss.
"""

from __future__ import annotations

import asyncio
import bisect
import random
import re
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.enquirer import Enquirers, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table

SECTOR = 512
RATE = 10.0
CALLS = "pwrite64,pwritev,write,writev,fdatasync,fsync,ftruncate,fallocate,sendto"
STRACE = [
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-y",
    "-xx",
    "-s",
    "9000",
    "-e",
    f"trace={CALLS}",
    "-e",
    "signal=none",
]
BEGUN = re.compile(r'(\d+) +(\w+)\(\d+<([^>]*)>(?:, "([^"]*)"(\.\.\.)?)?(.*)')
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
NUMBERS = re.compile(r"-?\d+")
SENT = re.compile(rb"^HTTP/1\.1 303 .*?\r\nLocation: (\S+/sent/\S+)\r\n", re.DOTALL | re.IGNORECASE)


@dataclass
class File:
    """What the disk holds for certain, and the writes it has not confirmed. None as data sets the length."""

    content: bytearray
    #: Whether its name in the folder is on the disk.
    is_named: bool
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def confirm(self, number: int) -> None:
        for write in self.pending[:number]:
            apply(self.content, *write)
        del self.pending[:number]


def apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


@dataclass
class Disk:
    """Follows a journal, line by line."""

    database: Path
    files: dict[Path, File]
    #: Of each process in the middle of a call: the file and the number of writes before it.
    syncing: dict[str, tuple[Path, int]] = field(default_factory=dict)

    def follow(self, line: str) -> str:
        """Returns the address of the page that thanks, when this line sends somebody there."""
        if resumed := RESUMED.match(line):
            if waiting := self.syncing.pop(resumed[1], None):
                self._confirm(*waiting)
            return ""
        begun = BEGUN.match(line)
        if begun is None:
            return ""
        process, call, name, text, is_cut, rest = begun.groups()
        path = Path(bytes.fromhex(name.replace("\\x", "")).decode("utf-8", "replace"))
        if call == "sendto":
            sent = SENT.match(bytes.fromhex((text or "").replace("\\x", "")))
            return sent[1].decode() if sent else ""
        if call in {"fdatasync", "fsync"}:
            before = len(self.files[path].pending) if path in self.files else 0
            if "<unfinished" in rest:
                self.syncing[process] = path, before
            else:
                self._confirm(path, before)
        elif path in {self.database, wal_of(self.database)}:
            self._write(path, call, text, rest, bool(is_cut))
        return ""

    def _write(self, path: Path, call: str, text: str | None, rest: str, is_cut: bool) -> None:
        file = self.files.setdefault(path, File(bytearray(), is_named=False))
        numbers = [int(number) for number in NUMBERS.findall(rest)]
        if call == "ftruncate":
            file.pending.append((numbers[0], None))
        elif call == "pwrite64" and text is not None and not is_cut:
            file.pending.append((numbers[1], bytes.fromhex(text.replace("\\x", ""))))
        else:
            raise RuntimeError(f"SQLite wrote in a way that this trial does not follow: {call}{' (cut)' * is_cut}")

    def _confirm(self, path: Path, number: int) -> None:
        if path == self.database.parent:
            for file in self.files.values():
                file.is_named = True
        elif path in self.files:
            self.files[path].confirm(number)

    def image(self, folder: Path, chance: random.Random) -> Path:
        """Write what may be found after a power cut now. Returns the database in it."""
        kept = chance.choice([0.0, 0.5, chance.random()])
        for path, file in self.files.items():
            if not file.is_named and chance.random() < 0.5:
                continue
            content = bytearray(file.content)
            for offset, data in file.pending:
                if data is None or chance.random() < 0.5:
                    if chance.random() < kept:
                        apply(content, offset, data)
                    continue
                for start in range(0, len(data), SECTOR):
                    if chance.random() < kept:
                        apply(content, offset + start, data[start : start + SECTOR])
            (folder / path.name).write_bytes(content)
        return folder / self.database.name


def wal_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


@dataclass
class Losses:
    images: int = 0
    acknowledged: int = 0
    missing: int = 0
    damaged: int = 0


def rows_of(database: Path) -> dict[str, str]:
    """The stored text of each enquiry that has its event and its notice. Raises sqlite3.DatabaseError if damaged."""
    with closing(sqlite3.connect(database)) as connection:
        if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        return dict(
            connection.execute(
                "SELECT reference, sealed_answers FROM enquiries_enquiry e WHERE EXISTS"
                " (SELECT 1 FROM enquiries_enquiryevent WHERE enquiry_id = reference AND kind = 'received') AND EXISTS"
                " (SELECT 1 FROM core_job WHERE kind = 'enquiries.notice' AND object_id = reference || ':0')"
            )
        )


def crash(disk: Disk, lines: list[str], told: dict[str, str], right: dict[str, str], *, images: int) -> Losses:
    """`told` has the reference behind each page that thanks, `right` the stored text of each reference."""
    chance, losses, acknowledged = random.Random(6), Losses(), set[str]()
    ends = [number for number, line in enumerate(lines) if "sendto(" in line]
    moments = sorted(chance.randrange(ends[-1]) for _ in range(images))
    for number, line in enumerate(lines[: ends[-1]]):
        if location := disk.follow(line):
            # Later ones ask for that page.
            acknowledged.add(told.get(location, ""))
        for _ in range(bisect.bisect_right(moments, number) - bisect.bisect_left(moments, number)):
            with tempfile.TemporaryDirectory(prefix="faults-") as folder:
                losses.images += 1
                losses.acknowledged = max(losses.acknowledged, len(acknowledged))
                try:
                    found = rows_of(disk.image(Path(folder), chance))
                except sqlite3.DatabaseError:
                    losses.damaged += 1
                    continue
                losses.missing += any(found.get(each) != right.get(each, "") for each in acknowledged)
    return losses


def record(*, seconds: float, images: int, table: Table | None = None, **variables: str) -> Losses:
    """Run a site, keep its journal, and try the images. Puts into `table` what is stored without a power cut."""
    with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
        journal = Path(scratch) / "journal"
        before = Path(scratch) / "before.sqlite3"
        # The image begins with the file as it is before the server starts: nothing is then in the WAL.

        def copy(site: TrialSite) -> None:
            shutil.copy(site.folder / "db.sqlite3", before)

        with trial_site("sqlite", wrapper=[*STRACE, "-o", str(journal)], before=copy, **variables) as site:
            people = Enquirers(site.port)
            asyncio.run(at_rate(people.write, a_second=RATE, seconds=seconds))
            lines = journal.read_text().splitlines()
            asyncio.run(_read_references(people))
            if table:
                judge_stored(table, site.stored(people))
            database = site.folder / "db.sqlite3"
            right = rows_of(database)
        told = {each.location: each.reference for each in people.acknowledged()}
        disk = Disk(database, {database: File(bytearray(before.read_bytes()), is_named=True)})
        return crash(disk, lines, told, right, images=images)


async def _read_references(people: Enquirers) -> None:
    for each in people.acknowledged():
        await people.read_reference(each)


def trial(database: str, *, is_short: bool, seconds: float, images: int) -> Table:
    table = Table("F6 power cut, sqlite", is_short)
    full = record(seconds=seconds, images=images, table=table)
    table.row("images", f">= {images:,}", f"{full.images:,}", is_met=full.images >= images)
    table.row("acknowledged at most before a cut", "> 0", full.acknowledged, is_met=full.acknowledged > 0)
    table.none("images that lost what was acknowledged", full.missing)
    table.none("images that are damaged", full.damaged)
    normal = record(seconds=seconds, images=images, DJANGO_SETTINGS_MODULE="tests.faults.unsynced")
    table.row(
        "the same with synchronous=NORMAL",
        "> 0 lost",
        f"{normal.missing} of {normal.images}",
        is_met=normal.missing > 0,
    )
    return table


def main(arguments: list[str] | None = None) -> int:
    if shutil.which("strace") is None:
        print("No strace here: install it (apt-get install strace).")
        return 1
    return run_on_databases(
        trial,
        purpose=__doc__,
        arguments=arguments,
        full={"seconds": 30.0, "images": 1000},
        short={"seconds": 4.0, "images": 40},
        databases=["sqlite"],
    )


if __name__ == "__main__":
    sys.exit(main())
