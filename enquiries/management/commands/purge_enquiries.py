from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enquiries.services import purge


class Command(BaseCommand):
    help = (
        "Deletes the enquiries whose time is over. The worker does it daily; this shows it, or confirms one it refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")
        parser.add_argument(
            "--confirm", action="store_true", help="also when they are very many, or the last run was long ago"
        )

    def handle(self, *args: Any, dry_run: bool = False, confirm: bool = False, **options: Any) -> None:
        report = purge(now=timezone.now(), dry_run=dry_run, confirmed=confirm)
        if report.refused:
            raise CommandError(f"{report} (purge_enquiries --confirm)" if report.refused != "clock" else str(report))
        if dry_run:
            self.stdout.write(f"{report.expired} enquiries would be deleted. Nothing was.")
            return
        self.stdout.write(str(report))
        if report.failed:
            errors = ", ".join(f"{name} {n}" for name, n in sorted(report.failed.items()))
            raise CommandError(f"{report.failed.total()} enquiries could not be deleted: {errors}. Run it again.")
