from __future__ import annotations

import pytest
from django.test import Client

from core.models import Job
from publishing.publish import publish
from tests.factories import make_article


@pytest.fixture
def article(db):
    article = make_article()
    publish(document=article, by=None)
    # Its share picture is not what these tests are about.
    Job.objects.all().delete()
    return article


@pytest.fixture
def reader() -> Client:
    """A browser that says where its forms come from."""
    return Client(headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"})
