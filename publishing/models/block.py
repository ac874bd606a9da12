"""The kinds of block that a document's body is made of. One row is one block; `ordering` is its place."""

from content_editor.models import create_plugin_base
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from publishing.models.document import Document
from publishing.models.media import Image, MediaFile
from publishing.text import clean_html

BlockBase = create_plugin_base(Document)

TEXT_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False},
    "History": True,
}
NOTE_EXTENSIONS = {name: value for name, value in TEXT_EXTENSIONS.items() if name not in {"Heading", "Blockquote"}}


def first_words(text: str) -> str:
    return Truncator(strip_tags(text).strip()).words(9, truncate=" …")


class Text(BlockBase):
    """Paragraphs, headings and lists. `[1]` in the text points to the document's first source."""

    html = ProseEditorField(_("text"), extensions=TEXT_EXTENSIONS, sanitize=clean_html)

    class Meta(BlockBase.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return first_words(self.html)


class Figure(BlockBase):
    """A picture from the media library with its caption."""

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+", verbose_name=_("picture"))
    alt_text = models.CharField(
        _("description here"), max_length=300, blank=True, help_text=_("Only if it differs from the media library's.")
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)

    class Meta(BlockBase.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.caption or str(self.image)


class Statistics(BlockBase):
    """Up to four figures with what they mean, their source and their date."""

    class Display(models.TextChoices):
        NUMBERS = "numbers", _("Large numbers")
        BARS = "bars", _("Bars")

    heading = models.CharField(_("heading"), max_length=120)
    display = models.CharField(_("shown as"), max_length=8, choices=Display, default=Display.NUMBERS)
    source_text = models.CharField(_("source"), max_length=200)
    source_number = models.PositiveSmallIntegerField(
        _("number of the source"),
        null=True,
        blank=True,
        help_text=_("Its number in the list of sources, if it is there."),
    )
    as_at = models.CharField(_("as at"), max_length=60, help_text=_("For example: April 2020 to March 2021."))
    value_1 = models.CharField(_("figure 1"), max_length=20)
    label_1 = models.CharField(_("what it is"), max_length=160)
    amount_1 = models.DecimalField(
        _("bar, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    value_2 = models.CharField(_("figure 2"), max_length=20, blank=True)
    label_2 = models.CharField(_("what it is"), max_length=160, blank=True)
    amount_2 = models.DecimalField(
        _("bar, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    value_3 = models.CharField(_("figure 3"), max_length=20, blank=True)
    label_3 = models.CharField(_("what it is"), max_length=160, blank=True)
    amount_3 = models.DecimalField(
        _("bar, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    value_4 = models.CharField(_("figure 4"), max_length=20, blank=True)
    label_4 = models.CharField(_("what it is"), max_length=160, blank=True)
    amount_4 = models.DecimalField(
        _("bar, %"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta(BlockBase.Meta):
        verbose_name = _("statistics")
        verbose_name_plural = _("statistics")

    def __str__(self) -> str:
        return self.heading

    @property
    def figures(self) -> list[dict]:
        """The filled figures in order: `{"value", "label", "amount"}`, amount in per cent or None."""
        rows = [
            {
                "value": getattr(self, f"value_{number}"),
                "label": getattr(self, f"label_{number}"),
                "amount": getattr(self, f"amount_{number}"),
            }
            for number in range(1, 5)
        ]
        return [row for row in rows if row["value"]]


class Quote(BlockBase):
    """Words set apart: the article's own (pull) or somebody's."""

    class Style(models.TextChoices):
        PULL = "pull", _("The article's own words, set large")
        QUOTE = "quote", _("What somebody said")

    style = models.CharField(_("kind"), max_length=8, choices=Style, default=Style.PULL)
    text = models.TextField(_("words"))
    attribution = models.CharField(_("who said it"), max_length=120, blank=True)

    class Meta(BlockBase.Meta):
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")

    def __str__(self) -> str:
        return first_words(self.text)


class Callout(BlockBase):
    """A note set apart; a content note can fold its text away until the reader opens it."""

    class Tone(models.TextChoices):
        NOTE = "note", _("Note")
        ADVICE = "advice", _("Advice")
        CONTENT_NOTE = "content-note", _("Content note")

    tone = models.CharField(_("kind"), max_length=12, choices=Tone, default=Tone.NOTE)
    heading = models.CharField(_("heading"), max_length=160, blank=True)
    html = ProseEditorField(_("text"), extensions=NOTE_EXTENSIONS, sanitize=clean_html)
    fold_summary = models.CharField(
        _("fold away behind"),
        max_length=80,
        blank=True,
        help_text=_("For example “Read the account”. If you fill this in, the text stays closed until opened."),
    )

    class Meta(BlockBase.Meta):
        verbose_name = _("callout")
        verbose_name_plural = _("callouts")

    def __str__(self) -> str:
        return self.heading or first_words(self.html)


class Download(BlockBase):
    """A file for download, with its format, size and pages."""

    file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    label = models.CharField(_("words on the link"), max_length=120, blank=True)

    class Meta(BlockBase.Meta):
        verbose_name = _("download")
        verbose_name_plural = _("downloads")

    def __str__(self) -> str:
        return self.label or str(self.file)


class Links(BlockBase):
    """A short list of links. One line is one link: the words, a bar, the address."""

    heading = models.CharField(_("heading"), max_length=120, blank=True)
    lines = models.TextField(
        _("links"),
        help_text=_(
            "One a line: the words, then | and the address. For example: What a guardian does | /resources/guardian/"
        ),
    )

    class Meta(BlockBase.Meta):
        verbose_name = _("links")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.heading or first_words(self.lines)
