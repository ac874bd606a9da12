"""What each role may see at the desk."""

import pytest

from tests.factories import make_enquiry, sign_in_as

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "ordinary", "restricted"),
    [("Enquiries officer", 200, 404), ("Safeguarding lead", 200, 200), ("Editor", 403, 403), ("Publisher", 403, 403)],
)
def test_each_role_opens_the_enquiries_it_should(role, ordinary, restricted):
    client = sign_in_as(role)
    for enquiry, expected in ((make_enquiry(), ordinary), (make_enquiry(columns={"is_restricted": True}), restricted)):
        response = client.get(f"/admin/enquiries/enquiry/{enquiry.reference}/change/", follow=True)
        assert response.status_code == expected, (role, response.redirect_chain)
