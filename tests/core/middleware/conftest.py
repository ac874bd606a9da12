from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def client() -> Client:
    """A browser that gets the page for an error instead of the exception."""
    return Client(raise_request_exception=False)
