"""What stands around every page."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.content import load_period
from pages import fallback
from pages.layout import make_layout
from pages.models import NavigationItem, SiteSettings, SocialLink
from publishing.models import Helpline

pytestmark = pytest.mark.django_db


def layout_at(path, *, at=None):
    """The words around the page at `path`."""
    return SimpleNamespace(**make_layout(load_period(at=at or timezone.now()).rows).context_for(path))


def numbers(helplines) -> list[str]:
    return [line["number"] for line in helplines]


def test_a_site_that_nobody_has_set_up_shows_helplines_and_a_safe_exit():
    SiteSettings.objects.all().delete()
    layout = layout_at("/")
    assert numbers(layout.helplines) == numbers(fallback.HELPLINES)
    assert numbers(layout.panel_helplines) == numbers(
        line for line in fallback.HELPLINES if line["shown_in"] == "panel"
    )
    assert layout.site["exit_url"] == fallback.EXIT_URL
    assert layout.site["name"] == fallback.SITE_NAME


def test_the_emergency_number_stays_when_staff_add_helplines():
    Helpline.objects.create(name="Their own", note="Day and night", number="01632 960 001")
    (emergency,) = numbers(line for line in fallback.HELPLINES if line["is_emergency"])
    layout = layout_at("/")
    assert numbers(layout.helplines) == numbers(layout.panel_helplines) == [emergency, "01632 960 001"]


def test_the_panel_has_its_helplines_and_always_the_emergency_line():
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True, shown_in="page")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel")
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="page")
    assert numbers(layout_at("/").panel_helplines) == ["999", "0800 1111"]


def test_the_foot_of_a_page_has_the_lines_of_the_panel_and_some_more():
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True, shown_in="page")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel", position=1)
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="footer", position=2)
    Helpline.objects.create(name="Elsewhere", note="Only there", number="01632 960 001", shown_in="page", position=3)
    layout = layout_at("/")
    assert numbers(layout.footer_helplines) == ["999", "0800 1111", "101"]
    assert numbers(layout.helplines) == ["999", "0800 1111", "101", "01632 960 001"]


def test_a_line_is_the_same_from_the_database_and_from_the_file():
    written = next(line for line in fallback.HELPLINES if line["nations"])
    from_the_file = next(line for line in layout_at("/").helplines if line["name"] == written["name"])
    Helpline.objects.create(**written)
    from_the_database = next(line for line in layout_at("/").helplines if line["name"] == written["name"])
    assert from_the_database == from_the_file


def test_everything_around_a_page_costs_one_query(django_assert_num_queries):
    SiteSettings.objects.update(name="Plant y Cwm", address="One\n\nTwo")
    NavigationItem.objects.create(menu="main", label="About", path="/about/", position=2)
    NavigationItem.objects.create(menu="main", label="News", path="/news/", position=1)
    SocialLink.objects.create(network="LinkedIn", url="https://www.linkedin.com/")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel", position=2)
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True, shown_in="panel", position=9)
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="page")
    layout_at("/")  # compiles the query
    with django_assert_num_queries(1):
        layout = layout_at("/")
    assert layout.site["name"] == "Plant y Cwm"
    assert layout.site["address_lines"] == ["One", "Two"]
    assert [item["label"] for item in layout.menus["main"]] == ["News", "About"]
    assert layout.social_links == [{"network": "LinkedIn", "url": "https://www.linkedin.com/"}]
    assert [line["name"] for line in layout.helplines] == ["Emergency", "Police", "Childline"]
    assert numbers(layout.panel_helplines) == ["999", "0800 1111"]


def test_there_is_only_one_row_of_site_settings():
    assert SiteSettings.objects.count() == 1
    with pytest.raises(IntegrityError, match="site_settings_one_row"), transaction.atomic():
        SiteSettings.objects.create(pk=2)


def test_a_menu_names_an_address_once():
    NavigationItem.objects.create(menu="main", label="News", path="/news/")
    with pytest.raises(IntegrityError), transaction.atomic():
        NavigationItem.objects.create(menu="main", label="Latest", path="/news/")
