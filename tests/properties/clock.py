"""A clock that tests set: everything that asks `timezone.now()` or `timezone.localdate()` follows it."""

from __future__ import annotations

from datetime import datetime
from unittest.mock import patch

from django.utils import timezone


class Clock:
    """`with Clock(at) as clock:` stands still at `clock.at` until somebody moves it."""

    def __init__(self, at: datetime):
        self.at = at
        self._patch = patch.object(timezone, "now", lambda: self.at)

    def __enter__(self) -> Clock:
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()
