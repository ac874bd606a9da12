from django.urls import path

from core import health

app_name = "core"
urlpatterns = [
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
]
