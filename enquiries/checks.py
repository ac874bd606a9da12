"""What must be set so that somebody learns of an enquiry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register()
def check_somebody_is_told(**kwargs: Any) -> list[checks.CheckMessage]:
    if settings.STAFF_EMAIL:
        return []
    return [
        checks.Warning(
            "STAFF_EMAIL is empty: enquiries are stored, and nobody is told by mail.",
            hint="Set it to the addresses of those who answer, separated by commas.",
            id="enquiries.W001",
        )
    ]
