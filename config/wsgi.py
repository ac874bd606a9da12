"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core.wsgi import check_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = check_content_type(get_wsgi_application())
# Load every view now, so that the processes forked from this one share them and the first reader does not wait.
get_resolver().url_patterns  # noqa: B018
