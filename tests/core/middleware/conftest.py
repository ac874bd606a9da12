from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def client() -> Client:
    """A browser that is answered with the page for an accident, as in earnest."""
    return Client(raise_request_exception=False)
