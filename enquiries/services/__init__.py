from enquiries.services.desk import change_state, find_enquiry, is_recorded, open_enquiry
from enquiries.services.holds import hold, review_hold, unhold
from enquiries.services.receive import receive_enquiry
from enquiries.services.removal import Held, erase_enquiry, purge, reapply_tombstones
from enquiries.services.rights import open_request

__all__ = [
    "Held",
    "change_state",
    "erase_enquiry",
    "find_enquiry",
    "hold",
    "is_recorded",
    "open_enquiry",
    "open_request",
    "purge",
    "reapply_tombstones",
    "receive_enquiry",
    "review_hold",
    "unhold",
]
