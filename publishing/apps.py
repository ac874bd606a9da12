from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core.triggers import install_after_migrate


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Pictures, files, topics and helplines")

    def ready(self) -> None:
        autodiscover_modules("sections")
        # Both need the models, which are there only now.
        from publishing import constraints, revision

        install_after_migrate(self, constraints.install, constraints.remove)
        install_after_migrate(self, revision.install, revision.remove)
