"""The site's own settings in the back office."""

import pytest

from pages.models import SiteSettings

pytestmark = pytest.mark.django_db


def test_site_settings_open_at_once_even_on_a_new_site(staff):
    response = staff.get("/admin/pages/sitesettings/", follow=True)
    assert response.status_code == 200
    assert SiteSettings.objects.count() == 1
    assert staff.get("/admin/pages/sitesettings/add/").status_code == 403
    assert staff.post("/admin/pages/sitesettings/1/delete/", {"post": "yes"}).status_code == 403


def test_a_menu_leads_to_addresses_of_this_site_only(staff):
    form = {"menu": "main", "label": "Elsewhere", "path": "https://example.org/", "position": 1}
    response = staff.post("/admin/pages/navigationitem/add/", form)
    assert "Write an address of this site, for example /about/." in response.content.decode()


@pytest.mark.parametrize("model", ["navigationitem", "sociallink", "door", "standingpage"])
def test_every_list_of_the_site_opens_empty(staff, model):
    assert staff.get(f"/admin/pages/{model}/").status_code == 200
    assert staff.get(f"/admin/pages/{model}/add/").status_code == 200
