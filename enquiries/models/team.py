"""Teams, which answer enquiries."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """One group of staff with a queue of its own. The first team gets what no rule sends elsewhere."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("members"), blank=True, related_name="enquiry_teams"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


def default_team() -> int:
    """Return the key of the first team. A migration makes it, and nobody can delete the last one."""
    return Team.objects.values_list("pk", flat=True).order_by("pk")[0]
