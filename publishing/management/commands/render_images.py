from typing import Any

from django.core.management.base import BaseCommand, CommandError

from publishing.media.renditions import OriginalMissing, make_all
from publishing.models import Image


class Command(BaseCommand):
    help = "Make whatever picture files are missing, now: after a restore without them, or before a first visit."

    def handle(self, *args: Any, **options: Any) -> None:
        count, lost = 0, []
        for image in Image.objects.filter(withheld_at=None).iterator():
            try:
                count += make_all(image)
            except OriginalMissing:
                lost.append(f"{image.pk} ({image.title})")
        self.stdout.write(f"{count} files made.")
        if lost:
            raise CommandError(f"The originals of these pictures are gone, bring them back first: {', '.join(lost)}.")
