from enquiries.services.desk import change_state, find_enquiry, is_recorded, open_enquiry
from enquiries.services.receive import receive_enquiry

__all__ = ["change_state", "find_enquiry", "is_recorded", "open_enquiry", "receive_enquiry"]
