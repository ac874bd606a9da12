"""What a phone is told of the site when somebody keeps a link to it."""

import pytest

from core.brand import brand_colour
from pages.models import SiteSettings

pytestmark = pytest.mark.django_db


def test_the_manifest_tells_name_colour_and_icons(client):
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": "Plant yn Gyntaf – Tŷ Ŵyn"})
    answer = client.get("/site.webmanifest")

    assert answer["Content-Type"] == "application/manifest+json"
    assert answer["Cache-Control"] == "max-age=600"
    facts = answer.json()
    assert facts["name"] == "Plant yn Gyntaf – Tŷ Ŵyn"
    assert facts["theme_color"] == brand_colour()
    assert {(icon["src"], icon["purpose"]) for icon in facts["icons"]} == {
        ("/icon-192.png", "any"),
        ("/icon-512.png", "any"),
        ("/icon-maskable-512.png", "maskable"),
    }


def test_no_phone_is_asked_to_keep_the_site_as_an_app(client):
    """An icon among the apps betrays its owner to whoever picks up the phone."""
    assert client.get("/site.webmanifest").json()["display"] == "browser"


def test_pages_name_the_icons_and_the_manifest_and_may_load_it(client):
    page = client.get("/")
    for address in ("/favicon.ico", "/favicon.svg", "/apple-touch-icon.png", "/site.webmanifest"):
        assert f'href="{address}"' in page.text
    assert "manifest-src 'self'" in page["Content-Security-Policy"]
