from datetime import date
from typing import ClassVar
from urllib.parse import urlsplit

from content_editor.models import Region
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from publishing.languages import SITE, LanguageField
from publishing.models.media import Image
from publishing.models.topic import Topic


class Document(models.Model):
    """The working copy of one thing that staff write. Saving it changes nothing that the public sees.

    A child class says where it lives and what its page needs beyond the fields below. The body is the ordered list of
    blocks in `publishing.models.block`.
    """

    #: The key of the section that its editions belong to (`publishing.sections`).
    section: ClassVar[str] = ""
    #: The template that renders an edition of this class, and its preview.
    template_name: ClassVar[str] = ""
    #: The names of the addresses that show an edition of this class; an address that leads elsewhere is refused.
    view_names: ClassVar[tuple[str, ...]] = ()
    regions = [Region(key="main", title=_("Body"))]

    #: `app_label.ModelName` of the child row, so that `specific` finds it in one query.
    child = models.CharField(max_length=60, editable=False)
    title = models.CharField(
        _("title"), max_length=200, help_text=_("A plain statement. Up to 90 characters read best.")
    )
    slug = models.SlugField(
        _("address"),
        max_length=100,
        help_text=_("The last part of the page's address. Changing it moves the page when you publish."),
    )
    language = LanguageField(
        _("language"),
        default=SITE,
        help_text=_(
            "Of the title, the standfirst and the text. A part in another language says so itself. Voices that read "
            "aloud, translators and search engines go by it."
        ),
    )
    translation_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="translations",
        limit_choices_to={"translation_of": None},
        verbose_name=_("translation of"),
        help_text=_("The page that says the same in another language. While both are public each leads to the other."),
    )
    standfirst = models.TextField(
        _("standfirst"), blank=True, help_text=_("One or two sentences under the title, in lists and on share cards.")
    )
    image = models.ForeignKey(
        Image, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    image_alt = models.CharField(
        _("description of the picture here"),
        max_length=300,
        blank=True,
        help_text=_("Only if this page needs another description than the one in the media library."),
    )
    image_caption = models.CharField(_("caption"), max_length=300, blank=True)
    content_note = models.TextField(
        _("content note"),
        blank=True,
        help_text=_("Shown before the text when it may distress: say what it is about, so people can choose."),
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Helplines stand beside the text and share cards stay neutral."),
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="documents", verbose_name=_("topics"))
    main_topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("main topic"),
        help_text=_("Stands above the title in lists. Empty: the first of the topics."),
    )
    #: Counts the changes that the next edition would show. Only the database raises it (`publishing.revision`): read it
    #: anew after a save (`refresh_from_db`).
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("publish_document", _("Can publish, schedule and withdraw"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(translation_of=F("pk")),
                name="document_translates_another",
                violation_error_message=_("A page cannot be the translation of itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        if type(self) is not Document:
            self.child = self._meta.label
        super().save(*args, **kwargs)

    @property
    def path(self) -> str:
        """The public address of the next edition, from `/` to `/`."""
        return reverse(self.view_names[0], args=[self.slug])

    def edition_kind(self) -> tuple[str, str]:
        """The kind printed above the title in lists: `news`, `guide`, `campaign`, ..., and the words for it."""
        raise NotImplementedError

    def edition_template(self) -> str:
        return self.template_name

    def edition_details(self) -> dict:
        """Give the page what it needs beyond an edition's own columns, as plain JSON values.

        Lists know two of them: `audience`, and `series` with its `slug` and the `position` in it.
        """
        return {}

    def edition_labels(self) -> list[dict]:
        """Labels besides topics (`{"kind", "slug", "name"}`) under which editions are listed, such as authors."""
        return []

    def edition_byline(self) -> str:
        return ""

    def edition_extent(self) -> str:
        """Say how long it is if that is not a reading time, such as "PDF, 16 pages"."""
        return ""

    def edition_dated_on(self) -> date | None:
        """The date readers see, or None for the day of first publication."""
        return None


class Source(models.Model):
    """One source of a document. Staff point to it by its place: `[1]` in the text is the first.

    Readers see other numbers where the text mentions them in another order (`publishing.text.SourceMarks`).
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(_("number"), default=1)
    text = models.TextField(_("source"), help_text=_("Who published it, when, and what it is."))
    url = models.URLField(_("address"), blank=True, validators=[URLValidator(schemes=["https", "http"])])

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:60]}"

    def clean(self) -> None:
        address = urlsplit(self.url)
        if self.url and address.path in {"", "/"} and not address.query:
            raise ValidationError(
                {"url": _("This is a home page. Give the address of the very report or law, or leave it empty.")}
            )
