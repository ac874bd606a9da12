"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from core.wsgi import check_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = check_content_type(get_wsgi_application())
