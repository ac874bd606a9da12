"""A running site with so many published stories beside the demonstration's, on a database of its own."""

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
