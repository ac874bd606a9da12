"""What the check command says about the pages of the site."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.factories import make_live_pages

pytestmark = pytest.mark.django_db


def test_missing_linked_pages_are_hidden_and_reported(client):
    for path in ("/", "/contact/write/", "/contact/sent/nothing/"):
        page = client.get(path).text
        assert not [link for link in ("/staying-safe-online/", "/privacy/", "/complaints/") if f'href="{link}"' in page]
    said = StringIO()
    call_command("check", databases=["default"], stderr=said)
    assert "Not public yet: /complaints/, /privacy/, /staying-safe-online/." in said.getvalue()
    make_live_pages("staying-safe-online", "privacy", "complaints")
    page = client.get("/contact/write/").text
    for link in ("/staying-safe-online/", "/privacy/", "/complaints/"):
        assert f'href="{link}"' in page
    said = StringIO()
    call_command("check", databases=["default"], stderr=said)
    assert "Not public yet" not in said.getvalue()
