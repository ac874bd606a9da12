"""The duty desk."""

from enquiries.admin.enquiry import EnquiryAdmin
from enquiries.admin.reports import MonthlyCountAdmin
from enquiries.admin.retention import HoldAdmin
from enquiries.admin.rights import RightsRequestAdmin

__all__ = ["EnquiryAdmin", "HoldAdmin", "MonthlyCountAdmin", "RightsRequestAdmin"]
