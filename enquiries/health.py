"""What `/health/ready` says of enquiries."""

from datetime import datetime

from core import sealed_rows
from core.health import figure
from enquiries.models import Enquiry

sealed_rows.sample(Enquiry.objects.order_by("-received_at"))


@figure("oldest_unread_seconds")
def oldest_unread_seconds(now: datetime) -> int:
    """Restricted ones are left out: anybody may ask, and must not learn that there is one."""
    unread = Enquiry.objects.unread().filter(is_restricted=False).order_by("received_at")
    received_at = unread.values_list("received_at", flat=True).first()
    return round((now - received_at).total_seconds()) if received_at else 0
