from django.urls import path

from campaigns.views import campaign_list
from publishing.views import edition_page

app_name = "campaigns"
urlpatterns = [
    path("", campaign_list, name="list"),
    path("<slug:slug>/", edition_page, name="detail"),
]
