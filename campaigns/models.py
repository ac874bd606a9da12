"""Campaigns, what belongs to them, and the banner that carries one over the whole site."""

from datetime import datetime
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.models import Document


class Campaign(Document):
    """One campaign page under `/campaigns/`. After `closes_on` its page stays, as an archive."""

    section = "campaigns"
    template_name = "campaigns/campaign.html"
    view_names = ("campaigns:detail",)

    hashtag = models.CharField(_("hashtag"), max_length=60, blank=True, help_text=_("With its #, or empty."))
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"), null=True, blank=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="campaign_closes_after_it_opens",
                violation_error_message=_("The closing day cannot come before the opening day."),
            ),
        ]

    def edition_kind(self) -> tuple[str, str]:
        return "campaign", gettext("Campaign")

    def edition_details(self) -> dict:
        return {
            "hashtag": self.hashtag,
            "opens_on": self.opens_on,
            "closes_on": self.closes_on,
            "endorsements": list(self.endorsements.values("quote", "name", "role")),
            "actions": list(self.actions.values("audience", "text", "link_text", "address")),
            "milestones": [
                {"on": note.happened_on, "title": note.title, "text": note.text} for note in self.milestones.all()
            ],
        }


class Endorsement(models.Model):
    """What one person says for the campaign. Public as written; kept with the campaign, removed on request."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="endorsements")
    quote = models.TextField(_("words"))
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")

    def __str__(self) -> str:
        return self.name


class Action(models.Model):
    """What one kind of supporter can do, and the link with which they can do it at once."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="actions")
    audience = models.CharField(_("if you are"), max_length=80)
    text = models.TextField(_("what you can do"))
    link_text = models.CharField(
        _("words on the button"), max_length=60, blank=True, help_text=_("For example: Thank a team by email")
    )
    address = models.CharField(
        _("where the button leads"),
        max_length=1000,
        blank=True,
        validators=[
            RegexValidator(
                r"^(https://[^\s/]+\S*|mailto:\S+|/\S*)$", _("Start the address with https://, with / or with mailto:")
            )
        ],
        help_text=_("A page, or a letter to fill in: mailto:?subject=Thank%20you&body=Dear%20team"),
    )
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [
            models.CheckConstraint(
                condition=Q(link_text="", address="") | (~Q(link_text="") & ~Q(address="")),
                name="action_link_is_whole",
                violation_error_message=_("Write both the words on the button and where it leads, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.audience


class Milestone(models.Model):
    """One note of progress."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="milestones")
    happened_on = models.DateField(_("on"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        ordering = ["happened_on", "pk"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self) -> str:
        return f"{self.happened_on}: {self.title}"


class BannerQuerySet(models.QuerySet["Banner"]):
    def live(self, *, at: datetime | Combinable) -> Self:
        """Banners inside their interval."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


class Banner(models.Model):
    """One sentence and one link over the pages of the site, shown over `[starts_at, ends_at)`.

    Shown only while its campaign's page is live, and never on that page itself.
    """

    #: No part of the campaign's page: see `publishing.revision`.
    changes_document = False

    class Pages(models.TextChoices):
        ALL = "all", _("Every page")
        READING = "reading", _("Home, news, resources and campaigns")
        HOME = "home", _("The home page only")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="banners", verbose_name=_("campaign"))
    text = models.CharField(_("sentence"), max_length=120)
    link_text = models.CharField(_("words on the link"), max_length=60)
    shown_on = models.CharField(_("shown on"), max_length=8, choices=Pages, default=Pages.ALL)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = BannerQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("banner")
        verbose_name_plural = _("banners")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="banner_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
