from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Pictures, files, topics and helplines")

    def ready(self) -> None:
        autodiscover_modules("constraints", "revision", "sections")
