from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.content import current_period
from publishing import share


class Command(BaseCommand):
    help = "Have the worker draw whatever share pictures are missing, and delete those that no page needs any more."

    def handle(self, *args: Any, **options: Any) -> None:
        missing, unused = share.tidy(period=current_period(), at=timezone.now())
        self.stdout.write(f"{missing} pictures are left to the worker, {unused} were deleted.")
