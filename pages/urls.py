from django.urls import path

from pages.views.help import card, help_now
from pages.views.home import home
from pages.views.leave import leave
from pages.views.manifest import manifest
from pages.views.standing import contact
from publishing.views import edition_page

app_name = "pages"
urlpatterns = [
    path("", home, name="home"),
    path("contact/", contact, name="contact"),
    path("get-help-now/", help_now, name="help"),
    path("get-help-now/card/", card, name="help_card"),
    path("leave/", leave, name="leave"),
    path("site.webmanifest", manifest, name="manifest"),
    path("<slug:slug>/", edition_page, name="standing"),
    path("<slug:parent>/<slug:slug>/", edition_page, name="standing"),
]
