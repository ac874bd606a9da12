from django.urls import re_path

from publishing.views import media, share

app_name = "media"
urlpatterns = [
    re_path(
        r"^images/(?P<token>[0-9a-f]{32})/v(?P<version>[1-9][0-9]{0,4})/"
        r"(?P<crop>full|3x2|16x9)-(?P<width>[1-9][0-9]{1,3})\.(?P<extension>avif|webp|jpg)\Z",
        media.image,
        name="image",
    ),
    re_path(
        r"^files/(?P<token>[0-9a-f]{32})/(?P<name>[a-z0-9_-]{1,80}\.(?:pdf|docx|xlsx|pptx|odt|ods|odp))\Z",
        media.file,
        name="file",
    ),
    re_path(r"^share/(?P<digest>[0-9a-f]{18})\.jpg\Z", share.site_picture, name="share-site"),
    re_path(
        r"^share/(?P<digest>[0-9a-f]{18})/(?P<path>[-\w]+(?:/[-\w]+)*)\.jpg\Z", share.page_picture, name="share-page"
    ),
]
