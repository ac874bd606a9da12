"""The ASGI application, for hosts that speak nothing else. WSGI is what is measured and recommended."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()
