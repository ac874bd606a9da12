"""The duty desk."""

from enquiries.admin import start_page
from enquiries.admin.enquiry import EnquiryAdmin
from enquiries.admin.form_text import FormTextAdmin
from enquiries.admin.reports import MonthlyCountAdmin
from enquiries.admin.retention import HoldAdmin
from enquiries.admin.rights import RightsRequestAdmin
from enquiries.admin.routing import RoutingRuleAdmin
from enquiries.admin.team import ClosureAdmin, OpeningHoursAdmin, TeamAdmin

__all__ = [
    "ClosureAdmin",
    "EnquiryAdmin",
    "FormTextAdmin",
    "HoldAdmin",
    "MonthlyCountAdmin",
    "OpeningHoursAdmin",
    "RightsRequestAdmin",
    "RoutingRuleAdmin",
    "TeamAdmin",
    "start_page",
]
