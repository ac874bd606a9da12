"""The duty desk."""

from enquiries.admin import start_page
from enquiries.admin.enquiry import EnquiryAdmin
from enquiries.admin.form_text import FormTextAdmin
from enquiries.admin.routing import RoutingRuleAdmin
from enquiries.admin.team import ClosureAdmin, OpeningHoursAdmin, TeamAdmin

__all__ = [
    "ClosureAdmin",
    "EnquiryAdmin",
    "FormTextAdmin",
    "OpeningHoursAdmin",
    "RoutingRuleAdmin",
    "TeamAdmin",
    "start_page",
]
