"""`manage.py prerender_pages`: after every update, so that pages are ready for their first reader."""

from typing import Any

from django.core.management.base import BaseCommand

from publishing.prerendered import prerender_pages


class Command(BaseCommand):
    help = "Make the pages of what is public, or will be, anew if another release of the site made them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Pages made: {prerender_pages()}")
