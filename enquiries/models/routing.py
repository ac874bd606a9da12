"""Rules that send an enquiry to a team as it comes in."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enquiries.answers import Nation, Service, Topic, Who
from enquiries.models.enquiry import Enquiry
from enquiries.models.team import Team


class RoutingRule(models.Model):
    """What must hold of the answers, and what then follows. The first rule that matches decides alone.

    An empty condition holds always. A rule holds nothing of any enquiry.
    """

    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("For example “Press and media”."))
    position = models.PositiveSmallIntegerField(
        _("place"), default=10, help_text=_("The lowest is asked first, and the first that matches decides.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    audience = models.CharField(_("way in"), max_length=16, choices=Enquiry.Audience, blank=True)
    who = models.CharField(_("who writes"), max_length=16, choices=Who, blank=True)
    service = models.CharField(_("asks for"), max_length=16, choices=Service, blank=True)
    nation = models.CharField(_("nation of the child"), max_length=16, choices=Nation, blank=True)
    topic = models.CharField(_("topic"), max_length=16, choices=Topic, blank=True)
    asked_from = models.CharField(
        _("written from"),
        max_length=200,
        blank=True,
        help_text=_(
            "The beginning of an address of this site, for example /services/. They came from a page under it."
        ),
    )
    words = models.TextField(
        _("words in the message"),
        blank=True,
        help_text=_(
            "One word or phrase on each line; any of them is enough. Whole words count, and capitals do not matter."
        ),
    )
    is_about_staff = models.BooleanField(_("only if about someone who works here"), default=False)
    is_at_risk = models.BooleanField(_("only if a child could be hurt soon"), default=False)

    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        verbose_name=_("goes to"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the first team."),
    )
    least_urgency = models.PositiveSmallIntegerField(
        _("urgency, at least"), choices=Enquiry.Urgency, default=Enquiry.Urgency.ORDINARY
    )
    promised_hours = models.PositiveSmallIntegerField(
        _("to be answered within (office hours)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: by the end of the next working day, as the form promises."),
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(promised_hours__isnull=True) | Q(promised_hours__gte=1),
                name="routing_rule_promises_an_hour_or_more",
                violation_error_message=_("Promise an hour or more, or leave it empty."),
            ),
            models.CheckConstraint(
                condition=Q(least_urgency__lte=3),
                name="routing_rule_urgency_known",
                violation_error_message=_("Choose one of the degrees of urgency."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        conditions = [
            self.audience,
            self.who,
            self.service,
            self.nation,
            self.topic,
            self.asked_from,
            self.words.strip(),
        ]
        if not (any(conditions) or self.is_about_staff or self.is_at_risk):
            raise ValidationError(_("Set at least one condition: without one the rules after it would never be asked."))
