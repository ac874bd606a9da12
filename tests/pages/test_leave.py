"""The quick exit for browsers without JavaScript: what the server answers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from pages import fallback
from pages.models import SiteSettings

pytestmark = pytest.mark.django_db


def test_leaving_goes_to_the_chosen_page_without_a_referrer():
    SiteSettings.objects.update_or_create(pk=1, defaults={"exit_url": "https://weather.example/"})
    response = Client().get("/leave/")
    assert response.status_code == 303
    assert response["Location"] == "https://weather.example/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert response.cookies["left"]["max-age"] == 1
    assert response.cookies["left"]["httponly"]


def test_leaving_works_without_settings_and_without_a_database(monkeypatch):
    monkeypatch.setattr(fallback, "EXIT_URL", "https://fallback.example/")
    SiteSettings.objects.all().delete()
    assert Client().get("/leave/")["Location"] == "https://fallback.example/"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pages_sitesettings RENAME TO away")
        assert Client().get("/leave/")["Location"] == "https://fallback.example/"


@pytest.mark.parametrize(("method", "status"), [("get", 303), ("post", 204)], ids=["by the link", "by the script"])
def test_leaving_takes_the_key_of_what_was_typed_from_the_browser(method, status):
    client = Client(enforce_csrf_checks=True)
    client.cookies["form"] = "k" * 43
    response = getattr(client, method)("/leave/")
    assert response.status_code == status
    assert (response.cookies["form"].value, response.cookies["form"]["max-age"]) == ("", 0)
