from django.urls import path

from articles import views
from publishing.views import edition_page

app_name = "articles"
urlpatterns = [
    path("news/", views.news, name="news"),
    path("news/<slug:slug>/", edition_page, name="article"),
    path("resources/", views.resources, name="resources"),
    path("resources/<slug:slug>/", edition_page, name="resource"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("series/<slug:slug>/", views.series, name="series"),
]
