"""The project's settings with SQLite as many use it: a commit does not wait for the disk. For `tests.faults.power`."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.unsynced.Unsynced"]


def commit_without_the_disk(*, connection, **kwargs) -> None:
    connection.cursor().execute("PRAGMA synchronous=NORMAL")


class Unsynced(AppConfig):
    """Stands last, so that it changes a connection after the site has found it safe."""

    name = "tests.faults"

    def ready(self) -> None:
        connection_created.connect(commit_without_the_disk)
