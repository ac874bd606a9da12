from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enquiries import tombstones
from enquiries.services import reapply_tombstones


class Command(BaseCommand):
    help = "Deletes again what a restored backup brought back. Run it after each restore, before the site is opened."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a copy of tombstones.log, if DATA_DIR was lost too")

    def handle(self, *args: Any, file: Path | None = None, **options: Any) -> None:
        if file is None and not tombstones.path().exists():
            self.stderr.write(f"There is no {tombstones.path().name} in DATA_DIR: only what the database itself knows.")
        try:
            removed = reapply_tombstones(source=file)
        except OSError as error:
            raise CommandError(f"The tombstones cannot be read or written: {error.strerror}.") from error
        self.stdout.write(f"{removed} enquiries deleted again.")
