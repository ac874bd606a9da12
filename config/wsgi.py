"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from core.prerender import release
from core.wsgi import judge_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = judge_content_type(get_wsgi_application())
# Before the files can be changed by the next update: it tells which code this process runs.
release()
