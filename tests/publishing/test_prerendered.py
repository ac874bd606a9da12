"""What is kept ready of a page never shows a reader anything but the page as it is now."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.template import TemplateDoesNotExist
from django.utils import timezone

from core.prerender import release
from pages.models import SiteSettings, StandingPage
from publishing.models import Edition, Helpline, PrerenderedPage
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_campaign, make_resource, make_topic

pytestmark = pytest.mark.django_db

PAGE = "/news/a-child-is-heard/"


def read(client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def make_anew() -> str:
    out = StringIO()
    call_command("prerender_pages", stdout=out)
    return out.getvalue().strip()


def mark_kept_pages(words: str = "as it was kept") -> None:
    """So that a test sees whether a page is the kept one."""
    for page in PrerenderedPage.objects.all():
        PrerenderedPage.objects.filter(pk=page.pk).update(html=page.html.replace("<h1", f"<!-- {words} --><h1"))


def test_every_page_of_the_demonstration_is_the_same_kept_ready_or_rendered_whole(client):
    call_command("load_demo", stdout=StringIO())
    paths = list(Edition.objects.live(at=timezone.now()).exclude(path="/contact/").values_list("path", flat=True))
    assert len(paths) >= 40
    # Read once, so that this process knows every template.
    for path in paths:
        read(client, path)
    mark_kept_pages()
    kept = {path: read(client, path) for path in paths}
    assert [path for path, html in kept.items() if "<!-- as it was kept -->" not in html] == []
    PrerenderedPage.objects.all().delete()
    assert {path: html.replace("<!-- as it was kept -->", "") for path, html in kept.items()} == {
        path: read(client, path) for path in paths
    }


def test_what_stands_around_a_kept_page_is_always_of_today(client):
    topic = make_topic("Courts")
    publish(document=make_article(topics=[topic], is_sensitive=True), by=None)
    read(client)
    mark_kept_pages()
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": "Renamed today", "telephone": "020 7946 0000"})
    Helpline.objects.create(name="Opened today", number="020 7946 0001")
    publish(document=make_article("Told today", topics=[topic]), by=None)
    publish(document=make_resource("Explained today", topics=[topic]), by=None)
    html = read(client)
    assert "<!-- as it was kept -->" in html
    for words in ("Renamed today", "020 7946 0000", "Opened today", "Told today", "Explained today"):
        assert words in html


def test_a_change_is_read_at_once_and_a_withdrawn_page_is_gone_at_once(client):
    article = make_article()
    publish(document=article, by=None)
    read(client)
    article.standfirst = "Changed."
    article.save()
    publish(document=article, by=None)
    assert "Changed." in read(client)
    withdraw(document=article, by=None)
    assert client.get(PAGE).status_code == 410


def test_a_page_kept_by_another_release_is_not_shown(client):
    publish(document=make_article(), by=None)
    read(client)
    mark_kept_pages()
    assert "<!-- as it was kept -->" in read(client)
    PrerenderedPage.objects.update(release="another")
    assert "<!-- as it was kept -->" not in read(client)


def test_who_works_on_templates_never_sees_a_kept_page(client, settings):
    publish(document=make_article(), by=None)
    read(client)
    mark_kept_pages()
    settings.DEBUG = True
    assert "<!-- as it was kept -->" not in read(client)


def test_a_preview_is_never_a_kept_page(staff):
    article = make_article()
    edition = publish(document=article, by=None)
    read(staff)
    mark_kept_pages()
    for path in ("preview/", f"editions/{edition.pk}/"):
        response = staff.get(f"/admin/articles/article/{article.pk}/{path}")
        assert response.status_code == 200
        assert b"A child is heard" in response.content
        assert b"<!-- as it was kept -->" not in response.content


def test_after_an_update_every_page_is_made_anew_once(client):
    for document in (
        make_article(),
        make_resource(),
        make_campaign(),
        StandingPage.objects.create(title="About us", slug="about"),
    ):
        publish(document=document, by=None)
    publish(document=make_article("Tomorrow"), by=None, at=timezone.now() + timedelta(days=1))
    assert PrerenderedPage.objects.filter(release=release()).count() == 5
    assert make_anew() == "Pages made: 0"
    PrerenderedPage.objects.update(release="another")
    assert make_anew() == "Pages made: 5"
    assert make_anew() == "Pages made: 0"
    read(client)
    mark_kept_pages()
    assert "<!-- as it was kept -->" in read(client)


def test_nothing_is_kept_of_pages_that_are_over_or_were_called_off():
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    publish(document=article, by=None, at=timezone.now() + timedelta(days=2))
    withdraw(document=article, by=None)
    assert PrerenderedPage.objects.count() == 3
    make_anew()
    assert PrerenderedPage.objects.count() == 0


def test_a_page_that_cannot_be_made_is_not_published(monkeypatch):
    article = make_article()
    monkeypatch.setattr(type(article), "template_name", "no/such.html")
    with pytest.raises(TemplateDoesNotExist):
        publish(document=article, by=None)
    assert Edition.objects.count() == 0
