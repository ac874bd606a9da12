from enquiries.models.enquiry import RETENTION_AFTER_CLOSING, RETENTION_LIMIT, Enquiry, EnquiryQuerySet
from enquiries.models.event import EnquiryEvent, EventKind
from enquiries.models.form_text import FormText
from enquiries.models.opening import Closure, OpeningHours
from enquiries.models.routing import RoutingRule
from enquiries.models.team import Team

__all__ = [
    "RETENTION_AFTER_CLOSING",
    "RETENTION_LIMIT",
    "Closure",
    "Enquiry",
    "EnquiryEvent",
    "EnquiryQuerySet",
    "EventKind",
    "FormText",
    "OpeningHours",
    "RoutingRule",
    "Team",
]
