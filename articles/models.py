"""Articles and resources: two kinds of document, and the people and series they belong to."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing.models import Document, MediaFile
from publishing.reading import EVERYONE


def parse_contents(lines: str) -> list[dict]:
    """`[{"title", "page"}]` of lines such as "Starting at 5 | 4"; the page may be left out.

    Raises ValidationError that names the first line with something other than a page number behind its bar.
    """
    parts = []
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        title, bar, page = (word.strip() for word in line.rpartition("|")) if "|" in line else (line.strip(), "", "")
        if bar and not (title and page.isascii() and page.isdigit()):
            raise ValidationError(
                _("Line %(number)d: write the title, then | and the number of the page."), params={"number": number}
            )
        parts.append({"title": title, "page": int(page) if bar else None})
    return parts


def validate_contents(lines: str) -> None:
    parse_contents(lines)


class Author(models.Model):
    """One person or team in a byline. Kept as long as anything of theirs was published."""

    #: Editions copy these fields: see `publishing.revision`.
    edition_fields = ("name", "slug", "role", "is_pseudonym")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    role = models.CharField(_("role"), max_length=120, blank=True)
    bio = models.TextField(_("about"), blank=True)
    is_pseudonym = models.BooleanField(_("a pseudonym"), default=False, help_text=_("Readers are told so."))

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:author", args=[self.slug])

    def snapshot(self) -> dict:
        """What an edition keeps of this author."""
        return {name: getattr(self, name) for name in self.edition_fields}


class Series(models.Model):
    """A set of articles to be read in order."""

    edition_fields = ("title", "slug")

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    summary = models.TextField(_("summary"), blank=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:series", args=[self.slug])


class Bylined(Document):
    """Base of articles and resources: authors, a date that readers see, and a last review."""

    dated_on = models.DateField(
        _("date shown"), null=True, blank=True, help_text=_("Leave it empty for the day of first publication.")
    )
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Author, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | Q(reviewed_on__isnull=False),
                name="%(class)s_reviewed_by_somebody_on_a_day",
                violation_error_message=_("Say on which day it was reviewed, too."),
            ),
        ]

    def edition_dated_on(self):
        return self.dated_on

    def edition_byline(self) -> str:
        return ", ".join(
            _("%(name)s (a pseudonym)") % {"name": author.name} if author.is_pseudonym else author.name
            for author in self.byline_authors()
        )

    def byline_authors(self) -> list[Author]:
        return [row.author for row in self.bylines.select_related("author")]

    def edition_labels(self) -> list[dict]:
        return [{"kind": "author", "slug": author.slug, "name": author.name} for author in self.byline_authors()]

    def edition_details(self) -> dict:
        return {
            "authors": [author.snapshot() for author in self.byline_authors()],
            "reviewed_on": self.reviewed_on,
            "reviewed_by": self.reviewed_by.snapshot() if self.reviewed_by else None,
        }


class Article(Bylined):
    """One news story, feature, interview or opinion piece under `/news/`."""

    section = "news"
    template_name = "articles/article.html"
    view_names = ("articles:article",)

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        FEATURE = "feature", _("Feature")
        INTERVIEW = "interview", _("Interview")
        OPINION = "opinion", _("Opinion")

    article_kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NEWS)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("series")
    )
    series_position = models.PositiveSmallIntegerField(_("part"), null=True, blank=True)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            *Bylined.Meta.constraints,
            models.UniqueConstraint(
                fields=["series", "series_position"],
                name="article_one_per_part_of_series",
                violation_error_message=_("Another article is already this part of the series."),
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True, series_position__isnull=True)
                | Q(series__isnull=False, series_position__isnull=False, series_position__gte=1),
                name="article_series_and_part_together",
                violation_error_message=_("Choose the series and say which part this is, or leave both empty."),
            ),
        ]

    def edition_kind(self) -> tuple[str, str]:
        return self.article_kind, self.get_article_kind_display()

    def edition_labels(self) -> list[dict]:
        labels = super().edition_labels()
        if self.series:
            labels.append({"kind": "series", "slug": self.series.slug, "name": self.series.title})
        return labels

    def edition_details(self) -> dict:
        series = None
        if self.series:
            series = {"title": self.series.title, "slug": self.series.slug, "position": self.series_position}
        return super().edition_details() | {"series": series}


class Resource(Bylined):
    """One explainer, guide or download under `/resources/`."""

    section = "resources"
    template_name = "articles/resource.html"
    view_names = ("articles:resource",)

    class Kind(models.TextChoices):
        EXPLAINER = "explainer", _("Explainer")
        GUIDE = "guide", _("Guide to download")
        DOWNLOAD = "download", _("Download")

    class Audience(models.TextChoices):
        EVERYONE = EVERYONE, _("Everyone")
        FAMILIES = "families", _("Families")
        YOUNG_PEOPLE = "young-people", _("Young people")
        PROFESSIONALS = "professionals", _("Professionals")

    resource_kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.EXPLAINER)
    audience = models.CharField(_("audience"), max_length=16, choices=Audience, default=Audience.EVERYONE)
    written_for = models.CharField(_("written for"), max_length=160, blank=True)
    cost = models.CharField(_("cost"), max_length=80, blank=True)
    file = models.ForeignKey(
        MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file")
    )
    contents = models.TextField(
        _("what is inside"),
        blank=True,
        validators=[validate_contents],
        help_text=_("One part a line: the title, then | and the page. Starting at 5 | 4"),
    )

    class Meta(Bylined.Meta):
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def edition_kind(self) -> tuple[str, str]:
        return self.resource_kind, self.get_resource_kind_display()

    def edition_extent(self) -> str:
        """The file's format and pages, which tell more than minutes of reading."""
        if not self.file:
            return ""
        parts = [self.file.format.upper()]
        if self.file.pages:
            parts.append(ngettext("%(pages)d page", "%(pages)d pages", self.file.pages) % {"pages": self.file.pages})
        return ", ".join(parts)

    def edition_labels(self) -> list[dict]:
        audience = {"kind": "audience", "slug": self.audience, "name": self.get_audience_display()}
        return [*super().edition_labels(), audience]

    def edition_details(self) -> dict:
        return super().edition_details() | {
            "audience": self.audience,
            "audience_label": self.get_audience_display(),
            "written_for": self.written_for,
            "cost": self.cost,
            "file": self.file.snapshot() if self.file else None,
            "contents": parse_contents(self.contents),
        }


class Byline(models.Model):
    """One author's place under the title of an article or a resource."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    position = models.PositiveSmallIntegerField(_("place"), default=1)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("author")
        verbose_name_plural = _("byline")
        constraints = [models.UniqueConstraint(fields=["document", "author"], name="byline_author_once")]

    def __str__(self) -> str:
        return str(self.author)
