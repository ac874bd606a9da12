"""`python -m bench.enquiries 1000`: that many more enquiries in the database of the environment, with their notices."""

import secrets
import sys

import django
from django.db import connection, transaction


def receive(number: int) -> None:
    """Through the same service as the form, in one transaction, each from an address of its own."""
    from enquiries.answers import Answers, Law, Nation, ReplyBy, Service, Who
    from enquiries.services import receive_enquiry

    for index in range(number):
        is_professional = index % 3 == 0
        answers = Answers(
            who=Who.PROFESSIONAL if is_professional else Who.FAMILY,
            message=f"Enquiry {index}: {secrets.token_hex(200)}",
            is_about_staff=index % 50 == 49,
            organisation="A local authority" if is_professional else "",
            services=(Service.THERAPY,) if is_professional else (),
            nation=Nation.WALES if is_professional else "",
            law=Law.PUBLIC if is_professional else "",
            reply_by=ReplyBy.PHONE,
            phone="01632 960 001",
        )
        address = f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}"
        receive_enquiry(answers=answers, nonce=secrets.token_urlsafe(16), address=address)


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        receive(int(sys.argv[1]))
    if connection.vendor == "postgresql":
        # As its own housekeeping would soon do.
        connection.cursor().execute("ANALYZE")
