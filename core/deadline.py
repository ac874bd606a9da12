"""How long one request may wait for the database: all its statements together, and the time before it had a thread.

A person who has pressed Send waits ten seconds and no longer for "it was not saved", also when the database is locked
and many wait at once. So the time of a request begins when all of it has arrived (`core.server`). Its first statements
may wait until it is over; what comes after that is tried once. `core.backends` tells the database. Workers, commands
and migrations have no deadline. See docs/decisions/0014-ten-seconds.md.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

# What is left of ten seconds is for making the page, also on a busy machine with many in the queue.
SECONDS = 7.0
# A statement that need not wait is done in less.
SHORTEST_WAIT = 0.1
# Where the web server notes the moment, of time.monotonic().
ARRIVED_AT = "core.arrived_at"

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class DeadlineMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with until(request.META.get(ARRIVED_AT, time.monotonic()) + SECONDS):
            return self.get_response(request)


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Wait for the database until this moment of time.monotonic(), or until an earlier one that was set before."""
    outer = _ends_at.get()
    token = _ends_at.set(moment if outer is None else min(outer, moment))
    try:
        yield
    finally:
        _ends_at.reset(token)


def is_set() -> bool:
    return _ends_at.get() is not None


def is_over() -> bool:
    ends_at = _ends_at.get()
    return ends_at is not None and time.monotonic() >= ends_at


def wait_seconds() -> float | None:
    """How long the next statement may wait; None without a deadline."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(ends_at - time.monotonic(), SHORTEST_WAIT)
