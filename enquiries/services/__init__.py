from enquiries.services.desk import change_state, open_enquiry
from enquiries.services.receive import receive_enquiry

__all__ = ["change_state", "open_enquiry", "receive_enquiry"]
