"""Where the lists of the desk stand. Mails and the start page lead there."""

from typing import Literal

from django.urls import reverse

Queue = Literal["", "new", "mine", "waiting", "overdue", "restricted", "held", "spam"]


def queue_address(queue: Queue = "") -> str:
    """The address of one of the desk's lists, or of all enquiries that the person may see."""
    address = reverse("admin:enquiries_enquiry_changelist")
    return f"{address}?queue={queue}" if queue else address
