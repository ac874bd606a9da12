"""The disk is full while people write: is anybody thanked for what was not stored?

    python -m tests.faults.disk [--database sqlite|postgresql] [--short]

TRUST F7. The database lies on a small file system of its own, and so does the site's log. On SQLite the whole site
does; on PostgreSQL the tablespace. People write until it is full, and go on. Then room is made, and the same processes
must store again. Needs root, or sudo without a password, to mount the file system.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from tests.faults.enquirer import Enquirers, at_rate
from tests.faults.sites import TrialSite, judge_stored, run_on_databases, trial_site
from tests.faults.table import Table
from tests.postgresql import PostgreSQL

MEGABYTES = 64
BALLAST = "ballast"
FREE_BYTES = 200_000
RATE = 10.0


@contextmanager
def small_disk() -> Iterator[Path]:
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)
        options = f"size={MEGABYTES}m,mode=0777"
        subprocess.run([*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run([*as_root, "umount", "--lazy", folder], check=True)


def fill(disk: Path, *, but: int) -> None:
    """Leave so many bytes free."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with (disk / BALLAST).open("wb") as ballast:
        ballast.write(bytes(max(0, free - but)))


def move_to(disk: Path, server: PostgreSQL) -> None:
    """Put the database into a tablespace on this disk. Nobody may be connected to it."""
    place = disk / "tablespace"
    place.mkdir()
    if server.account:
        shutil.chown(place, server.account["user"], server.account["group"])
    with closing(psycopg2.connect(server.url.rpartition("/")[0] + "/template1")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        connection.cursor().execute("ALTER DATABASE postgres SET TABLESPACE small")


def write(site: TrialSite, *, seconds: float) -> Enquirers:
    people = Enquirers(site.port)
    asyncio.run(at_rate(people.write, a_second=RATE, seconds=seconds))
    return people


def trial(database: str, *, is_short: bool, seconds: float) -> Table:
    table = Table(f"F7 disk full, {database}", is_short)

    def before(site: TrialSite) -> None:
        if site.postgresql:
            move_to(disk, site.postgresql)

    with small_disk() as disk, trial_site(database, folder=disk, before=before) as site:
        processes = site.all_web_processes()
        earlier = write(site, seconds=seconds / 4)
        fill(disk, but=FREE_BYTES)
        full = write(site, seconds=seconds)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / BALLAST).unlink()
        later = write(site, seconds=seconds / 4)
        is_same = processes == site.web_processes()
        everybody = Enquirers(site.port, sent=earlier.sent + full.sent + later.sent)
        found = site.stored(everybody)
        damage = integrity(site)
    kinds = full.kinds()
    table.row("bytes free at the end", f"< {FREE_BYTES:,}", f"{free:,}", is_met=free < FREE_BYTES)
    table.row("sent while it filled, and stored", "", kinds["sent"], is_met=None)
    table.row(
        "told that nothing was stored, with numbers", "> 0", kinds["unavailable"], is_met=kinds["unavailable"] > 0
    )
    table.none("sent, and any other answer", sum(kinds.values()) - kinds["sent"] - kinds["unavailable"])
    table.none("form neither shown nor refused with numbers", sum(full.unopened.values()) - full.unopened["503"])
    again = later.kinds()
    table.row(
        "sent once there was room", str(len(later.sent)), again["sent"], is_met=0 < again["sent"] == len(later.sent)
    )
    table.row("the same web processes serve", "yes", "yes" if is_same else "no", is_met=is_same)
    table.row("integrity", "ok", damage, is_met=damage == "ok")
    judge_stored(table, found)
    return table


def integrity(site: TrialSite) -> str:
    """ "ok", or what the database finds wrong in itself."""
    if site.postgresql is None:
        with closing(sqlite3.connect(site.folder / "db.sqlite3")) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    with closing(psycopg2.connect(site.postgresql.url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION amcheck")
        cursor.execute(
            "SELECT count(bt_index_check(i.indexrelid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisvalid"
        )
    return "ok"


def main(arguments: list[str] | None = None) -> int:
    return run_on_databases(trial, purpose=__doc__, arguments=arguments, full={"seconds": 40.0}, short={"seconds": 8.0})


if __name__ == "__main__":
    sys.exit(main())
