"""The body of a page: a document's blocks, in order, as finished HTML and as plain words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from content_editor.contents import contents_for_item
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from publishing.languages import SITE, lang_attributes
from publishing.models import BLOCK_MODELS, Callout, Document, Figure, Statistics, Text
from publishing.text import SourceMarks, clean_html, without_empty_elements

WORDS_PER_MINUTE = 220
_HEADING = re.compile(r"<h(?P<level>[23])(?P<rest>[ >].*?)</h(?P=level)>", re.DOTALL)


@dataclass(frozen=True)
class Body:
    """`html` is safe to print; `cited` holds the numbers of the sources that the text points to."""

    html: str
    text: str
    cited: frozenset[int]

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / WORDS_PER_MINUTE))


class _Outline:
    """Keeps the order of headings unbroken: the page's h1, then h2, then h3."""

    has_section = False

    def settle(self, html: str) -> str:
        return _HEADING.sub(self._heading, html)

    def _heading(self, found: re.Match) -> str:
        level = "3" if found["level"] == "3" and self.has_section else "2"
        self.has_section = True
        return f"<h{level}{found['rest']}</h{level}>"


def _with_languages(parts: Iterable[tuple[str, str]]) -> str:
    """Put what stands together in another language than the site's into one element that says so."""
    html = []
    for language, group in groupby(((language, part) for language, part in parts if part), key=itemgetter(0)):
        text = "\n".join(part for _language, part in group)
        lang = lang_attributes(language)
        html.append(f'<div class="prose flow"{lang}>\n{text}\n</div>' if lang else text)
    return "\n".join(html)


def render_body(document: Document, *, source_count: int) -> Body:
    """The body of `document` as it is saved now; one query for each kind of block.

    A block's own words are in `language`. What its template says itself is in the site's: `site_lang` marks it.
    """
    marks = SourceMarks(source_count)
    outline = _Outline()
    parts: list[tuple[str, str]] = []
    texts: list[str] = []
    for number, block in enumerate(contents_for_item(document, BLOCK_MODELS), start=1):
        kind = block._meta.model_name
        language = block.language or document.language
        marks.site_lang = site_lang = lang_attributes(SITE, within=language)
        context = {
            "block": block,
            "number": number,
            "mark": "",
            "html": "",
            "language": language,
            "site_lang": site_lang,
        }
        if isinstance(block, Text | Callout):
            text = without_empty_elements(clean_html(block.html))
            context["html"] = mark_safe(marks.link(outline.settle(text) if isinstance(block, Text) else text))  # noqa: S308
        elif isinstance(block, Figure):
            context["alt_lang"] = "" if block.alt_text else site_lang
        elif isinstance(block, Statistics):
            context["mark"] = mark_safe(marks.mark(block.source_number or 0))  # noqa: S308
        outline.has_section = outline.has_section or getattr(block, "opens_section", False)
        html = render_to_string(f"publishing/blocks/_{kind}.html", context).strip()
        parts.append((language, html))
        texts.append(block.plain_text)
    return Body(
        html=_with_languages(parts),
        text="\n".join(part for part in texts if part),
        cited=frozenset(marks.cited),
    )
