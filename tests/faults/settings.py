"""The project's settings with everything that takes hours brought down to seconds."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.mails"]
EMAIL_TIMEOUT = 2
JOBS_LEASE_SECONDS = 11
JOBS_BACKOFF_BASE_SECONDS = 0.3
JOBS_BACKOFF_MAX_SECONDS = 3
