"""The duty desk."""

from enquiries.admin.enquiry import EnquiryAdmin
from enquiries.admin.form_text import FormTextAdmin

__all__ = ["EnquiryAdmin", "FormTextAdmin"]
