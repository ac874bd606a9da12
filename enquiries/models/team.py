"""Teams, which answer enquiries."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_lines_of_mail(text: str) -> None:
    """Refuse a line that is no mail address, and name it by number."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                validate_email(line.strip())
            except ValidationError as error:
                raise ValidationError(
                    _("Line %(number)s is no mail address. Write one like duty@example.org on each line."),
                    params={"number": number},
                ) from error


class Team(models.Model):
    """One group of staff with a queue of its own. The first team gets what no rule sends elsewhere."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("members"), blank=True, related_name="enquiry_teams"
    )
    mail_addresses = models.TextField(
        _("mail addresses for notices"),
        blank=True,
        validators=[validate_lines_of_mail],
        help_text=_(
            "One on each line; each gets a mail of its own. Empty: the addresses of the whole desk, from the settings. "
            "Of enquiries about someone who works here the safeguarding lead alone is told, whatever stands here."
        ),
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    @property
    def recipients(self) -> list[str]:
        """Those whom a mail to the team reaches. May be empty."""
        own = [line.strip() for line in self.mail_addresses.splitlines() if line.strip()]
        return own or settings.STAFF_EMAIL


def default_team() -> int:
    """Return the key of the first team. A migration makes it, and nobody can delete the last one."""
    return Team.objects.values_list("pk", flat=True).order_by("pk")[0]
