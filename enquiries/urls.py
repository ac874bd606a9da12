"""The form, and the page after it."""

from django.urls import path

from enquiries import views

app_name = "enquiries"
urlpatterns = [
    path("new/", views.NewEnquiryView.as_view(), name="new"),
    path("sent/<str:token>/", views.sent, name="sent"),
]
