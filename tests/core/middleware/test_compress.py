"""Which answers are compressed: all that are the same for everybody, and none beside a secret."""

import gzip
import re

import pytest
from django.test import Client

from tests.factories import make_enquiry_post, make_live_articles
from tests.sending import send

pytestmark = pytest.mark.django_db

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/news/", 200),
        ("/news/?page=1", 200),
        ("/contact/", 200),
        ("/no-such-page/", 404),
        # In the page cache it has no place.
        ("/news/?page=99", 404),
        ("/favicon.svg", 200),
        ("/site.webmanifest", 200),
    ],
)
def test_what_is_the_same_for_everybody_is_compressed(client, path, status):
    make_live_articles(1)
    plain, packed = client.get(path), client.get(path, headers=GZIP)

    assert plain.status_code == packed.status_code == status
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    for answer in plain, packed:
        assert "Accept-Encoding" in answer["Vary"]


def test_an_empty_form_is_compressed_because_its_token_is_new_each_time(client):
    first, second = (client.get("/contact/write/", headers=GZIP) for _ in range(2))
    assert first["Content-Encoding"] == second["Content-Encoding"] == "gzip"
    tokens = {re.search(rb'name="token" value="([^"]+)"', gzip.decompress(page.content))[1] for page in (first, second)}
    assert len(tokens) == 2


def test_a_form_that_comes_back_with_its_text_and_its_token_is_not_compressed():
    wrong = send(Client(headers=GZIP), "/contact/write/", make_enquiry_post(message=""))
    refused = send(Client(headers=GZIP), "/contact/write/", make_enquiry_post(token="forged"))

    assert b'name="token"' in wrong.content
    assert [answer.status_code for answer in (wrong, refused)] == [422, 422]
    for answer in wrong, refused:
        assert "Content-Encoding" not in answer


def test_the_page_with_the_reference_is_not_compressed(client):
    sent = client.post("/contact/write/", make_enquiry_post(), follow=True, headers=GZIP)
    assert sent.redirect_chain
    assert "Content-Encoding" not in sent


def test_nothing_is_compressed_for_staff(staff):
    for path in ("/admin/", "/admin/articles/article/?q=secret", "/", "/no-such-page/"):
        assert "Content-Encoding" not in staff.get(path, headers=GZIP), path
    assert "Content-Encoding" not in Client().get("/admin/login/", headers=GZIP)


def test_what_is_short_is_sent_as_it_is(client):
    assert "Content-Encoding" not in client.get("/health/live", headers=GZIP)


def test_what_is_compressed_already_is_left_alone(client):
    make_live_articles(1)
    for _time in range(2):
        page = client.get("/news/story-0/", headers=GZIP)
        assert b"Story 0" in gzip.decompress(page.content)
