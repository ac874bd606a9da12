"""The project's settings with everything that takes hours brought down to seconds."""

from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STATIC_ROOT, STORAGES, WHITENOISE_ROOT

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.mails"]
# For the runs that ask the site within their own process, which need no collected files and sign in often.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
for _folder in (STATIC_ROOT, WHITENOISE_ROOT):
    Path(_folder).mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_TIMEOUT = 2
JOBS_LEASE_SECONDS = 11
JOBS_BACKOFF_BASE_SECONDS = 0.3
JOBS_BACKOFF_MAX_SECONDS = 3
