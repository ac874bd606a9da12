"""`manage.py load_demo`: the demonstration site, into an empty database only."""

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from pages.demo.load import is_empty, load_demo

STAFF_NAME = "editor"


class Command(BaseCommand):
    help = (
        "Load the demonstration content. With DEMO_STAFF_PASSWORD in the environment, also create the staff account "
        f"“{STAFF_NAME}” with that password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing, quietly, if anything is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_empty():
            if options["if_empty"]:
                return
            raise CommandError(
                "This database already has content or staff. The demonstration is loaded into an empty database only: "
                "set DATABASE_URL to a new one."
            )
        user = None
        password = os.environ.get("DEMO_STAFF_PASSWORD", "")
        # With the account in the same transaction, a load that fails leaves an empty database to try again on.
        with transaction.atomic():
            if password:
                user = get_user_model().objects.create_superuser(STAFF_NAME, "editor@example.org", password)
                # Enquiries are seen by roles alone. In the demonstration one account has them all.
                user.groups.set(Group.objects.all())
            count = load_demo(by=user)
        self.stdout.write(f"Loaded the demonstration site: {count} pages published.")
        if user:
            self.stdout.write(f"Created the staff account {STAFF_NAME}.")
