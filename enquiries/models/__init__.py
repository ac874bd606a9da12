from enquiries.models.enquiry import Enquiry, EnquiryQuerySet
from enquiries.models.event import EnquiryEvent, EventKind
from enquiries.models.hold import Hold
from enquiries.models.team import Team
from enquiries.models.tombstone import PurgeRun, Tombstone
from enquiries.retention import RETENTION_AFTER_CLOSING, RETENTION_LIMIT

__all__ = [
    "RETENTION_AFTER_CLOSING",
    "RETENTION_LIMIT",
    "Enquiry",
    "EnquiryEvent",
    "EnquiryQuerySet",
    "EventKind",
    "Hold",
    "PurgeRun",
    "Team",
    "Tombstone",
]
