from django.apps import AppConfig
from django.conf import settings
from django.core.signals import got_request_exception
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core import checks, content_triggers
from core.middleware.request_log import remember_exception
from core.triggers import install_after_migrate


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Behind the scenes")

    def ready(self) -> None:
        folder = settings.DATA_DIR
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            # Somebody made it beforehand, open to others.
            folder.chmod(0o700)
        autodiscover_modules("checks", "content", "jobs")
        # Django's own hooks: for a new connection, an exception nobody caught, and the end of `migrate`.
        connection_created.connect(checks.refuse_unsafe_connection, dispatch_uid="core.checks")
        got_request_exception.connect(remember_exception, dispatch_uid="core.middleware")
        install_after_migrate(self, content_triggers.install)
