"""Standing pages, the settings of the site and its navigation."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import resolve
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pages.fallback import EXIT_URL
from publishing.models import Document


class StandingPage(Document):
    """One page outside the sections: about, privacy, a service. Its address is `/<slug>/` or `/<parent>/<slug>/`."""

    class Layout(models.TextChoices):
        TEXT = "text", _("Text, with its contents and whom to ask beside it")
        LANDING = "landing", _("Landing page, with cards, steps and people over the whole width")

    section = "pages"
    template_name = "pages/standing_page.html"
    view_names = ("pages:standing", "pages:contact", "pages:help")

    parent_slug = models.SlugField(
        _("under"), max_length=100, blank=True, help_text=_("For example “services” makes the address /services/…/")
    )
    layout = models.CharField(
        _("layout"),
        max_length=8,
        choices=Layout,
        default=Layout.TEXT,
        help_text=_(
            "On a landing page begin the body with cards shown as tasks, and keep the standfirst to one or two lines: "
            "then the first task is on the first screen of a phone. The picture is shown on wide screens only."
        ),
    )
    shows_helplines = models.BooleanField(
        _("shows the helplines"),
        default=False,
        help_text=_("One line at the top says where to ring now, and all helplines stand at the end."),
    )
    invites_enquiry = models.BooleanField(
        _("invites an enquiry"),
        default=True,
        help_text=_(
            "“Working together for children” at the end, unless the page shows the helplines. Take it off where people "
            "come with another question, such as a complaint or their privacy."
        ),
    )

    class Meta:
        verbose_name = _("standing page")
        verbose_name_plural = _("standing pages")

    @property
    def path(self) -> str:
        return f"/{self.parent_slug}/{self.slug}/" if self.parent_slug else f"/{self.slug}/"

    def edition_kind(self) -> tuple[str, str]:
        return "page", gettext("Page")

    def edition_template(self) -> str:
        """Two pages have templates of their own, which add the details of the settings and the helplines."""
        own = {"pages:contact": "pages/contact.html", "pages:help": "pages/get_help_now.html"}
        laid_out = "pages/landing_page.html" if self.layout == self.Layout.LANDING else self.template_name
        return own.get(resolve(self.path).view_name, laid_out)

    def edition_details(self) -> dict:
        return {"shows_helplines": self.shows_helplines, "invites_enquiry": self.invites_enquiry}


class SiteSettings(models.Model):
    """The one row of what every page says about the organisation."""

    name = models.CharField(_("name of the site"), max_length=60, default="Children First")
    strapline = models.CharField(_("headline of the home page"), max_length=160, blank=True)
    introduction = models.TextField(_("introduction on the home page"), blank=True)
    description = models.CharField(_("description for search engines"), max_length=300, blank=True)
    presented_by = models.CharField(_("presented by"), max_length=80, blank=True)
    footer_text = models.TextField(_("line in the footer"), blank=True)
    quality_mark = models.CharField(_("quality mark"), max_length=80, blank=True)
    address = models.TextField(_("address"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    answer_promise = models.CharField(
        _("when enquiries are answered"), max_length=160, blank=True, help_text=_("For example: within one working day")
    )
    exit_url = models.URLField(
        _("where “Exit this page” leads"),
        default=EXIT_URL,
        help_text=_("A plain, public page: never a search or a page that asks to sign in."),
    )

    lead_story = models.ForeignKey(
        Document,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("story on top of the home page"),
        help_text=_("Empty: the newest story. If it is not published, the newest stands there too."),
    )

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        permissions = [("change_exit", "Can change where “Exit this page” leads")]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="site_settings_one_row")]

    def __str__(self) -> str:
        return self.name


PATH_OF_THIS_SITE = RegexValidator(
    r"^/([\w-]+/)*(\?[\w=&-]+)?$", _("Write an address of this site, for example /about/.")
)


class NavigationItem(models.Model):
    """One link of a menu."""

    class Menu(models.TextChoices):
        MAIN = "main", _("Main navigation")
        FOOTER_READ = "read", _("Footer: read")
        FOOTER_HELP = "help", _("Footer: get help")
        LEGAL = "legal", _("Footer: small print")

    menu = models.CharField(_("menu"), max_length=8, choices=Menu, default=Menu.MAIN)
    label = models.CharField(_("words"), max_length=60)
    path = models.CharField(_("address"), max_length=255, validators=[PATH_OF_THIS_SITE])
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["menu", "position", "pk"]
        verbose_name = _("navigation item")
        verbose_name_plural = _("navigation")
        constraints = [models.UniqueConstraint(fields=["menu", "path"], name="navigation_item_once_per_menu")]

    def __str__(self) -> str:
        return self.label


class SocialLink(models.Model):
    """One profile of the organisation on another site."""

    network = models.CharField(_("network"), max_length=40, unique=True)
    url = models.URLField(_("address"))
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("social link")
        verbose_name_plural = _("social links")

    def __str__(self) -> str:
        return self.network


class Door(models.Model):
    """One audience on the home page, with a picture and a link. Two or four stand well together."""

    class Art(models.TextChoices):
        FAMILIES = "families", _("A family in a doorway")
        YOUNG = "young", _("A young person at a door")
        PROFESSIONALS = "professionals", _("Colleagues at a table")
        SUPPORTERS = "supporters", _("Neighbours")

    title = models.CharField(_("who it is for"), max_length=80)
    text = models.CharField(_("what they find"), max_length=200)
    path = models.CharField(_("address"), max_length=255, validators=[PATH_OF_THIS_SITE])
    art = models.CharField(_("picture"), max_length=16, choices=Art, default=Art.FAMILIES)
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("door")
        verbose_name_plural = _("doors of the home page")

    def __str__(self) -> str:
        return self.title
