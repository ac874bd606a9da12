"""The form, the page to check the answers, and the page after it. These addresses stay in the history of a browser."""

from django.urls import path

from enquiries.questions import Way
from enquiries.views import CheckView, EnquiryView, moved, sent

app_name = "enquiries"
urlpatterns = [
    path("contact/write/", EnquiryView.as_view(way=Way.FAMILIES), name="new"),
    path("contact/write/check/", CheckView.as_view(way=Way.FAMILIES), name="check"),
    path("contact/write/plain/", EnquiryView.as_view(way=Way.PLAIN), name="new_plain"),
    path("contact/write/plain/check/", CheckView.as_view(way=Way.PLAIN), name="check_plain"),
    path("contact/write/work/", EnquiryView.as_view(way=Way.WORK), name="new_work"),
    path("contact/write/work/check/", CheckView.as_view(way=Way.WORK), name="check_work"),
    path("contact/sent/<str:token>/", sent, name="sent"),
    # Where they were before: in bookmarks, in search engines and on printed cards.
    path("enquiries/new/", moved, {"to": "enquiries:new"}),
    path("enquiries/sent/<str:token>/", moved, {"to": "enquiries:sent"}),
]
