import json
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from publishing.languages import SITE, LanguageField, lang_attributes, open_graph_locale
from publishing.models.document import Document
from publishing.models.media import Image
from publishing.pictures import PictureField


def live_condition(at: datetime | Combinable, *, edition: str = "") -> Q:
    """The one rule of what is public. `edition` is the lookup that leads to the edition, such as `edition__`."""
    return Q(**{f"{edition}live_from__lte": at}) & (
        Q(**{f"{edition}live_until__isnull": True}) | Q(**{f"{edition}live_until__gt": at})
    )


class DatesDecoder(json.JSONDecoder):
    """Turns the values of `on` and of names that end in `_on` into dates."""

    def __init__(self, **kwargs: Any):
        super().__init__(object_hook=self._with_days, **kwargs)

    @staticmethod
    def _with_days(values: dict) -> dict:
        for name, value in values.items():
            if value and (name == "on" or name.endswith("_on")):
                values[name] = date.fromisoformat(value)
        return values


class EditionQuerySet(models.QuerySet["Edition"]):
    """Sets of editions. Whether something is public is a question of time, asked here and nowhere else."""

    def live(self, *, at: datetime | Combinable) -> Self:
        """Find what the public sees, or saw, at that moment."""
        return self.filter(live_condition(at))

    def ever_public(self) -> Self:
        """Find what was, is or will be public; not what was called off in time."""
        return self.filter(Q(live_until__isnull=True) | Q(live_until__gt=F("live_from")))

    def scheduled(self, *, at: datetime) -> Self:
        """Find what will be public later, unless somebody changes it."""
        return self.ever_public().filter(live_from__gt=at)

    def past(self, *, at: datetime) -> Self:
        """Find what was public once and is not any more."""
        return self.filter(live_until__lte=at, live_until__gt=F("live_from"))

    def labelled(self, kind: str, slug: str, **label: str) -> Self:
        """Editions filed under a topic, an author or a series, the newest first: the label's index has that order."""
        chosen = {"labels__kind": kind, "labels__slug": slug} | {
            f"labels__{name}": word for name, word in label.items()
        }
        return self.filter(**chosen).order_by("-labels__dated_on", "-live_from", "-pk")

    def for_lists(self) -> Self:
        """Load only what a card or a line in a list needs, not the text of the page.

        Of its details that is `audience`, `series` (its address) and `part`.
        """
        text = "body_html", "body_text", "details", "sources"
        rest = (
            "template_name",
            "translation_of",
            "image",
            "live_until",
            "expires_at",
            "revision",
            "taken_at",
            "taken_by",
        )
        return self.defer(*text, *rest).annotate(
            audience=KT("details__audience"), series=KT("details__series__slug"), part=F("details__series__position")
        )


class Edition(models.Model):
    """What was said, and when: everything a public page needs, live over `[live_from, live_until)`.

    Only its end may change. At any moment at most one edition of a document is live, and at most one live edition has
    a path. The database refuses everything else (`publishing.constraints`). Editions are kept for good: they are the
    record of what the public was told.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="editions")
    section = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    kind_label = models.CharField(max_length=60)
    path = models.CharField(max_length=255)
    template_name = models.CharField(max_length=100)
    language = LanguageField(default=SITE)
    translation_of = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    standfirst = models.TextField(blank=True)
    byline = models.CharField(max_length=300, blank=True)
    dated_on = models.DateField()
    changed_on = models.DateField()
    reading_minutes = models.PositiveSmallIntegerField(default=1)
    #: How long it is, in the words a card prints: "PDF, 16 pages"; empty means the reading time.
    extent = models.CharField(max_length=60, blank=True)
    content_note = models.TextField(blank=True)
    is_sensitive = models.BooleanField(default=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, related_name="+")
    #: `Image.snapshot()` with this page's alt text and caption, or None.
    picture = PictureField(null=True)
    #: `[{"slug", "name"}]`, main topic first.
    topics = models.JSONField(default=list)
    live_from = models.DateTimeField()
    live_until = models.DateTimeField(null=True)
    #: The end that somebody asked for; `live_until` comes sooner when another edition takes over.
    expires_at = models.DateTimeField(null=True)
    #: The `Document.revision` that it was taken from.
    revision = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # The long columns come last: SQLite reads a row from its beginning, and whether it is live must not cost its text.
    #: `[{"text", "url", "is_cited"}]`, in the order of their marks; a cited one has the first mark `#ref-<number>`.
    sources = models.JSONField(default=list)
    #: What pages of this kind need beyond the other columns (`Document.edition_details`), and the `outline`:
    #: `[{"anchor", "title"}]`, the id and the words of each h2 of the body.
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder, decoder=DatesDecoder)
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)

    # What `for_lists` reads from `details`.
    audience: str | None
    series: str | None
    part: int | None

    objects = EditionQuerySet.as_manager()

    class Meta:
        # To the last key, so that a page made twice is the same.
        ordering = ["-dated_on", "-live_from", "-pk"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.CheckConstraint(
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
                name="edition_ends_after_it_begins",
                violation_error_message=_("A page cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & Q(path__endswith="/"),
                name="edition_path_is_absolute",
                violation_error_message=_("The address must start and end with a slash."),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "live_from"], name="edition_by_path"),
            models.Index(fields=["live_from"], name="edition_begins"),
            models.Index(fields=["live_until"], name="edition_ends"),
            # With its end and its kind, so that what is live in a section is counted without reading a row.
            models.Index(
                fields=["section", "-dated_on", "-live_from", "live_until", "kind"], name="edition_by_section"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.live_from:%d %b %Y})"

    def get_absolute_url(self) -> str:
        return self.path

    @property
    def lang(self) -> SafeString:
        """What an element needs that prints its title, standfirst or another of its texts: ` lang="cy"`, or nothing."""
        return lang_attributes(self.language)

    @property
    def og_locale(self) -> str:
        return open_graph_locale(self.language)

    @property
    def length(self) -> str:
        """How long it takes or is: "6 minute read" or "PDF, 16 pages"."""
        if self.extent:
            return self.extent
        minutes = self.reading_minutes
        return ngettext("%(minutes)s minute read", "%(minutes)s minute read", minutes) % {"minutes": minutes}


class EditionLabelQuerySet(models.QuerySet["EditionLabel"]):
    def live(self, *, at: datetime | Combinable) -> Self:
        """The labels of what is public at that moment."""
        return self.filter(live_condition(at, edition="edition__"))


class EditionLabel(models.Model):
    """One topic, author or series under which an edition is listed; written with the edition and as lasting.

    `section` and `dated_on` repeat the edition's, which never change: so the newest few of a topic are found by walking
    one index, however many there are.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="labels")
    kind = models.CharField(max_length=8)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    section = models.CharField(max_length=12)
    dated_on = models.DateField()

    objects = EditionLabelQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind", "slug"], name="edition_label_once")]
        indexes = [
            models.Index(fields=["kind", "slug", "-dated_on", "edition"], name="edition_label_by_day"),
            models.Index(fields=["kind", "slug", "section", "-dated_on", "edition"], name="edition_label_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"
