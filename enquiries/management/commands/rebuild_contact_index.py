from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.encryption import MissingKey
from enquiries.contact_index import rebuild


class Command(BaseCommand):
    help = "Makes anew the index that finds enquiries by contact. rotate_keys does it where a key is outdated."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done, failed = rebuild(all_rows=True)
        except MissingKey as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done} enquiries indexed.")
        if failed:
            raise CommandError(f"{failed} enquiries could not be read: a key is missing from FIELD_KEYS.")
