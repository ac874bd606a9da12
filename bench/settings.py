"""The real settings, with an empty view beside the real addresses to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
