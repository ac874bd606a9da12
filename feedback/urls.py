from django.urls import path

from feedback import views

app_name = "feedback"
urlpatterns = [
    path("report/", views.ReportView.as_view(), name="report"),
    path("report/sent/", views.sent, name="sent"),
    path("useful/", views.useful, name="useful"),
    path("useful/thanks/", views.thanks, name="thanks"),
]
