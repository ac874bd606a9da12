"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core.wsgi import check_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = check_content_type(get_wsgi_application())
# Every view is loaded before processes are made of this one, which then share them, and before the first reader asks.
get_resolver().url_patterns  # noqa: B018
