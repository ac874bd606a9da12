from django.urls import path

from pages.views.home import home
from pages.views.leave import leave
from pages.views.standing import contact, standing

app_name = "pages"
urlpatterns = [
    path("", home, name="home"),
    path("contact/", contact, name="contact"),
    path("leave/", leave, name="leave"),
    path("<slug:slug>/", standing, name="standing"),
    path("<slug:parent>/<slug:slug>/", standing, name="standing"),
]
