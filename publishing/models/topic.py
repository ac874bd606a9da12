from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """One subject that pages are filed under. Kept as long as anything was published on it."""

    #: Editions copy these fields: see `publishing.revision`.
    edition_fields = ("name", "slug")

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, help_text=_("The last part of the topic's address; do not change it.")
    )
    summary = models.CharField(
        _("summary"), max_length=300, blank=True, help_text=_("One sentence for the topic's page.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name
