"""Every address of the site; `pages.urls` comes last because standing pages may have any one- or two-part path."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

handler400 = "pages.views.errors.bad_request"
handler403 = "pages.views.errors.permission_denied"
handler404 = "pages.views.errors.page_not_found"
handler500 = "pages.views.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("favicon.svg", TemplateView.as_view(template_name="favicon.svg", content_type="image/svg+xml")),
    path("health/", include("core.urls")),
    path("media/", include("publishing.urls")),
    path("", include("articles.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("", include("enquiries.urls")),
    path("", include("feedback.urls")),
    path("", include("pages.urls")),
]
