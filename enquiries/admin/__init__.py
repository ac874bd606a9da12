"""The duty desk."""

from enquiries.admin.enquiry import EnquiryAdmin

__all__ = ["EnquiryAdmin"]
