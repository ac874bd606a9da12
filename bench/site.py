"""A running site with so many published stories beside the demonstration's, on a database of its own."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.postgresql import throwaway_postgresql
from tests.running_site import RunningSite

DATABASES = ["sqlite", "postgresql"]


@contextmanager
def filled_site(stories: int = 0, *, database: str = "sqlite", **options: Any) -> Iterator[RunningSite]:
    with ExitStack() as stack:
        address = stack.enter_context(throwaway_postgresql()) if database == "postgresql" else ""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "site"
        site = stack.enter_context(RunningSite(folder, demo=True, database_url=address, **options))
        site.run("-m", "bench.fill", str(stories), LOG_LEVEL="ERROR")
        yield site


def public_pages() -> dict[str, str]:
    """Every kind of public page of the demonstration site: its name and its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    # Reads the demonstration's files, which the settings lead to.
    from tests.browser.public_pages import PAGES

    return PAGES


def asked_pages(description: str) -> dict[str, str]:
    """Those kinds of pages that the command line names, or all. Ends the program at a name that there is not."""
    pages = public_pages()
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("pages", nargs="*", help="kinds of pages, such as home; all if left out")
    names = parser.parse_args().pages
    if unknown := set(names).difference(pages):
        parser.error(f"no such kind of page: {', '.join(sorted(unknown))}. There are: {', '.join(pages)}")
    return {name: path for name, path in pages.items() if name in names or not names}


@contextmanager
def demo_site() -> Iterator[RunningSite]:
    """The demonstration site, its renditions made."""
    with filled_site() as site:
        site.manage("render_images")
        yield site
