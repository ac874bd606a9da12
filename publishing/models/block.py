"""The kinds of block that a document's body is made of. One row is one block; `ordering` is its place.

Each kind has `plain_text`, its words for search and reading time. One whose `heading` is an h2, under which a later
text may start with an h3, says so in `opens_section`.
"""

import re
from collections.abc import Iterator
from typing import Any

from content_editor.models import create_plugin_base
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from publishing.languages import LanguageField
from publishing.models.document import Document
from publishing.models.media import Image, MediaFile
from publishing.pictures import Picture
from publishing.text import clean_html, plain_text

PluginBase: Any = create_plugin_base(Document)


class BlockBase(PluginBase):
    language = LanguageField(
        _("language"), blank=True, help_text=_("Only if it is not the language of the page. Also of the heading in it.")
    )

    class Meta(PluginBase.Meta):
        abstract = True


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
    # Ours: `static/js/admin/prose-language.js`.
    "Language": {
        "languages": [
            {"code": "", "name": _("Language")},
            *({"code": code, "name": name} for code, name in settings.LANGUAGES),
        ]
    },
}
NOTE_EXTENSIONS = {name: value for name, value in TEXT_EXTENSIONS.items() if name not in {"Heading", "Blockquote"}}


LINK_ADDRESS = re.compile(r"^(?:https?://[^\s/|]+\S*|mailto:[^\s@]+@\S+|tel:\+?[0-9]+|/\S*|#[\w-]+)$")


def first_words(text: str) -> str:
    return Truncator(plain_text(text)).words(9, truncate=" …")


def joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


class Text(BlockBase):
    """Paragraphs, headings and lists. `[1]` in the text points to the document's first source."""

    html = ProseEditorField(_("text"), extensions=TEXT_EXTENSIONS, sanitize=clean_html)

    class Meta(BlockBase.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return first_words(self.html)

    @property
    def plain_text(self) -> str:
        return plain_text(clean_html(self.html))


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

    @property
    def alt(self) -> str:
        return self.alt_text or self.image.alt_text

    @property
    def picture(self) -> Picture:
        return self.image.snapshot()

    @property
    def plain_text(self) -> str:
        return joined(self.alt, self.caption)


class Statistics(BlockBase):
    """Some figures with what they mean, their source and their date."""

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
    #: `[{"value", "label", "amount"}]`: the figure in words, what it counts, the length of its bar in per cent or None.
    figures = models.JSONField(_("figures"), default=list)

    class Meta(BlockBase.Meta):
        verbose_name = _("statistics")
        verbose_name_plural = _("statistics")

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        problems = [
            gettext("Row %(number)d: %(problem)s") % {"number": number, "problem": problem}
            for number, row in enumerate(self.figures, start=1)
            for problem in self._problems(row)
        ]
        self.figures = self.filled(self.figures)
        if not self.figures:
            problems = [gettext("Write at least one figure and what it counts.")]
        if problems:
            raise ValidationError({"figures": problems})

    @staticmethod
    def filled(rows: list[dict]) -> list[dict]:
        """The rows in which something was written."""
        return [row for row in rows if row["value"] or row["label"] or row.get("amount") is not None]

    def _problems(self, row: dict) -> Iterator[str]:
        value, label, amount = row["value"], row["label"], row.get("amount")
        if (label or amount is not None) and not value:
            yield gettext("write the figure as readers shall see it, or empty the other boxes.")
        if value and not label:
            yield gettext("say what the figure counts.")
        if len(value) > 20 or len(label) > 160:
            yield gettext("a figure has at most 20 characters, and what it counts 160.")
        if value and amount is None and self.is_table:
            yield gettext("give the length of the bar in per cent, from 0 to 100.")
        if amount is not None and not (isinstance(amount, int | float) and 0 <= amount <= 100):
            yield gettext("the bar is a number from 0 to 100, such as 32.5.")

    @property
    def is_table(self) -> bool:
        return self.display == self.Display.BARS

    @property
    def opens_section(self) -> bool:
        return not self.is_table

    @property
    def plain_text(self) -> str:
        return joined(
            self.heading,
            *(f"{figure['value']} {figure['label']}" for figure in self.figures),
            self.source_text,
            self.as_at,
        )


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

    @property
    def plain_text(self) -> str:
        return joined(self.text, self.attribution)


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

    @property
    def plain_text(self) -> str:
        return joined(self.heading, plain_text(clean_html(self.html)))


class Download(BlockBase):
    """A file for download, with its format, size and pages."""

    file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    label = models.CharField(_("words on the link"), max_length=120, blank=True)

    class Meta(BlockBase.Meta):
        verbose_name = _("download")
        verbose_name_plural = _("downloads")

    def __str__(self) -> str:
        return self.label or str(self.file)

    @property
    def snapshot(self) -> dict:
        return self.file.snapshot()

    @property
    def plain_text(self) -> str:
        return self.label or self.file.title


class Links(BlockBase):
    """A short list of links. One line is one link: the words, a bar, the address."""

    heading = models.CharField(_("heading"), max_length=120, blank=True)
    lines = models.TextField(
        _("links"),
        help_text=_(
            "One a line: the words, then | and the address. For example: What a guardian does | /section/guardian/"
        ),
    )

    class Meta(BlockBase.Meta):
        verbose_name = _("links")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.heading or first_words(self.lines)

    def clean(self) -> None:
        problems = []
        for number, line in self._numbered_lines():
            label, bar, address = (part.strip() for part in line.rpartition("|"))
            if not bar or not label:
                problems.append(
                    _("Line %(number)s: write the words, then | and the address: What a guardian does | /section/page/")
                    % {"number": number}
                )
            elif not LINK_ADDRESS.match(address):
                problems.append(
                    _("Line %(number)s: “%(address)s” is no address. Start it with / or with https://")
                    % {"number": number, "address": address}
                )
        if problems:
            raise ValidationError({"lines": problems})

    def _numbered_lines(self) -> list[tuple[int, str]]:
        return [(number, line) for number, line in enumerate(self.lines.splitlines(), start=1) if line.strip()]

    @property
    def items(self) -> list[dict]:
        """The links in order: `{"label", "address"}`. A line that is no link is left out."""
        rows = [[part.strip() for part in line.rpartition("|")] for _number, line in self._numbered_lines()]
        return [
            {"label": label, "address": address}
            for label, _bar, address in rows
            if label and LINK_ADDRESS.match(address)
        ]

    @property
    def opens_section(self) -> bool:
        return bool(self.heading)

    @property
    def plain_text(self) -> str:
        return joined(self.heading, *(item["label"] for item in self.items))
