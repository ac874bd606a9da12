from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from publishing.languages import SITE, LanguageField
from publishing.pictures import Picture


class Image(models.Model):
    """One picture of the media library: a cleaned original and the renditions made from it.

    Files live under `images/<token>/`: `original.<ext>` and, for every version of the focal point,
    `v<version>/<crop>-<width>.<format>`. An edition keeps the token and version it was taken with, so a published page
    never changes its pictures. A picture that is withheld answers 410 on every page, past ones too; its row and files
    stay (`publishing.media.library.withhold`).
    """

    #: Editions copy these fields: see `publishing.revision`.
    edition_fields = ("alt_text", "credit", "version")

    title = models.CharField(_("title"), max_length=120, help_text=_("How colleagues find it. Readers do not see it."))
    alt_text = models.CharField(
        _("description for people who cannot see it"),
        max_length=300,
        blank=True,
        help_text=_("Say what it shows, in one sentence. Leave it empty only for pure decoration."),
    )
    credit = models.CharField(_("credit"), max_length=120, blank=True)
    consent = models.TextField(
        _("consent"),
        blank=True,
        help_text=_("If a child can be recognised: who agreed, when, and where the record is kept."),
    )
    original = models.FileField(_("file"), upload_to="images/", max_length=200)
    token = models.CharField(max_length=32, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    focal_x = models.PositiveSmallIntegerField(
        _("focal point, % from the left"),
        default=50,
        validators=[MaxValueValidator(100)],
        help_text=_("The part that must stay visible when the picture is cropped."),
    )
    focal_y = models.PositiveSmallIntegerField(
        _("focal point, % from the top"), default=50, validators=[MaxValueValidator(100)]
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    rendered_version = models.PositiveIntegerField(default=0, editable=False)
    withheld_at = models.DateTimeField(_("withheld from the site"), null=True, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(focal_x__lte=100, focal_y__lte=100),
                name="image_focal_point_inside",
                violation_error_message=_("The focal point must lie between 0 and 100 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_withheld(self) -> bool:
        return self.withheld_at is not None

    def snapshot(self) -> Picture:
        """Copy the picture for an edition: enough to write every `<picture>` without asking the database."""
        return Picture(
            token=self.token,
            version=self.version,
            width=self.width,
            height=self.height,
            alt=self.alt_text,
            credit=self.credit,
        )


class MediaFile(models.Model):
    """One file for download (PDF or office file), under `files/<token>/<name>`.

    It can be withheld as a picture can.
    """

    edition_fields = ("title", "language")

    title = models.CharField(_("title"), max_length=120)
    file = models.FileField(_("file"), upload_to="files/", max_length=200)
    token = models.CharField(max_length=32, unique=True, editable=False)
    format = models.CharField(_("format"), max_length=8, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    language = LanguageField(_("language"), default=SITE)
    withheld_at = models.DateTimeField(_("withheld from the site"), null=True, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("file for download")
        verbose_name_plural = _("files for download")

    def __str__(self) -> str:
        return f"{self.title} ({self.format})"

    def get_absolute_url(self) -> str:
        """The site's own address, never the storage's: the view checks whether the file is withheld."""
        return reverse("media:file", args=[self.token, str(self.file.name).rpartition("/")[2]])

    @property
    def is_withheld(self) -> bool:
        return self.withheld_at is not None

    def snapshot(self) -> dict:
        """Copy the file for an edition: address, title, format, size in bytes, pages or None, language."""
        return {
            "url": self.get_absolute_url(),
            "title": self.title,
            "format": self.format,
            "size": self.size,
            "pages": self.pages,
            "language": self.language,
        }
