from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import jobs


@pytest.fixture
def register() -> Iterator[Callable[..., Any]]:
    """`register("kind", handler)` for the length of a test."""
    before = dict(jobs._kinds)

    def add(kind: str, handler: Callable[..., None], **options: Any) -> None:
        jobs.job(kind, **options)(handler)

    yield add
    jobs._kinds.clear()
    jobs._kinds.update(before)


@pytest.fixture
def register_periodic(register) -> Callable[..., Any]:
    """`register_periodic(function, every=timedelta(...))` for the length of a test."""
    return lambda function, *, every: jobs.periodic(every=every)(function)
