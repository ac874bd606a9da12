"""Checks that enquiries reach somebody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register()
def check_somebody_is_told(**kwargs: Any) -> list[checks.CheckMessage]:
    messages: list[checks.CheckMessage] = []
    if not settings.STAFF_EMAIL:
        messages.append(
            checks.Warning(
                "STAFF_EMAIL is empty: enquiries are stored, and nobody is told by mail.",
                hint="Set it to the addresses of those who answer, separated by commas.",
                id="enquiries.W001",
            )
        )
    if not settings.LEAD_EMAIL:
        messages.append(
            checks.Warning(
                "LEAD_EMAIL is empty: nobody is told by mail of an enquiry about a member of staff.",
                hint="Set it to the address of the safeguarding lead, who alone can read it.",
                id="enquiries.W002",
            )
        )
    return messages
