from enquiries.models.contact import ContactHash
from enquiries.models.count import MonthlyCount
from enquiries.models.enquiry import Enquiry, EnquiryQuerySet
from enquiries.models.event import EnquiryEvent, EventKind
from enquiries.models.form_text import FormText
from enquiries.models.hold import Hold
from enquiries.models.opening import Closure, OpeningHours
from enquiries.models.rights import RightsFile, RightsRequest, RightsStep
from enquiries.models.routing import RoutingRule
from enquiries.models.team import Team
from enquiries.models.tombstone import PurgeRun, Tombstone
from enquiries.retention import RETENTION_AFTER_CLOSING, RETENTION_LIMIT

__all__ = [
    "RETENTION_AFTER_CLOSING",
    "RETENTION_LIMIT",
    "Closure",
    "ContactHash",
    "Enquiry",
    "EnquiryEvent",
    "EnquiryQuerySet",
    "EventKind",
    "FormText",
    "Hold",
    "MonthlyCount",
    "OpeningHours",
    "PurgeRun",
    "RightsFile",
    "RightsRequest",
    "RightsStep",
    "RoutingRule",
    "Team",
    "Tombstone",
]
