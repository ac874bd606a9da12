"""Checks that enquiries reach somebody."""

from typing import Any

from django.conf import settings
from django.core import checks

#: Settings that name who is told, what follows while one is empty, and what to set it to.
RECIPIENTS = {
    "STAFF_EMAIL": (
        "enquiries of a team without mail addresses of its own are stored, and nobody is told by mail.",
        "the addresses of those who answer, separated by commas.",
    ),
    "LEAD_EMAIL": (
        "nobody is told by mail of an enquiry about a member of staff.",
        "the address of the safeguarding lead, who alone can read it.",
    ),
}


@checks.register()
def check_somebody_is_told(**kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Warning(f"{name} is empty: {follows}", hint=f"Set it to {hint}", id=f"enquiries.W00{number}")
        for number, (name, (follows, hint)) in enumerate(RECIPIENTS.items(), start=1)
        if not getattr(settings, name)
    ]
