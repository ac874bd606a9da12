"""What each role may see at the desk."""

import pytest

from enquiries.models import FormText
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


def test_the_safeguarding_lead_adds_a_text_beside_the_form_and_nobody_else_does():
    post = {"way": "plain", "title": "Easy Read", "language": "en-gb", "text": "You can write.", "position": "0"}
    for role in ("Enquiries officer", "Editor", "Publisher"):
        assert sign_in_as(role).post("/admin/enquiries/formtext/add/", post).status_code == 403
    response = sign_in_as("Safeguarding lead").post("/admin/enquiries/formtext/add/", post)
    assert response.status_code == 302, response.context["errors"]
    assert [(text.title, text.is_shown) for text in FormText.objects.all()] == [("Easy Read", False)]
