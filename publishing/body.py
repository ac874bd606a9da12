"""The body of a page: a document's blocks, in order, as finished HTML and as plain words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from content_editor.contents import contents_for_item
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.text import slugify

from publishing.languages import SITE, lang_attributes
from publishing.models import BLOCK_MODELS, Document, Figure, Source
from publishing.models.block import LINK_ADDRESS
from publishing.text import SourceMarks, clean_html, mark_repeated_addresses, plain_text, without_empty_elements

WORDS_PER_MINUTE = 220
_HEADING = re.compile(r"<h(?P<level>[23])(?P<rest>[ >].*?)</h(?P=level)>", re.DOTALL)


@dataclass(frozen=True)
class Body:
    """`html` is safe to print; `sources` holds those that the text points to, by their first marks, then the others.

    `outline` lists the sections in order, `{"anchor", "title", "language"}`: the id of an h2, its words, and their
    language where it is not the site's.
    """

    html: str
    text: str
    sources: list[Source]
    #: So many of them the text points to.
    cited: int
    outline: list[dict[str, str]]

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / WORDS_PER_MINUTE))


class _Outline:
    """Keeps the order of headings unbroken: the page's h1, then h2, then h3. Gives each h2 an id to link to."""

    def __init__(self) -> None:
        self.sections: dict[str, dict[str, str]] = {}
        #: Of the headings to come.
        self.language = SITE

    @property
    def level(self) -> str:
        """The level of a heading that opens no section: of a card or a step."""
        return "3" if self.sections else "2"

    def open(self, title: str) -> str:
        """Begin a section. Returns its id, which no other part of a page has."""
        anchor = wanted = f"part-{slugify(title)[:60].strip('-') or len(self.sections) + 1}"
        number = 2
        while anchor in self.sections:
            anchor = f"{wanted}-{number}"
            number += 1
        language = "" if self.language == SITE else self.language
        self.sections[anchor] = {"anchor": anchor, "title": title, "language": language}
        return anchor

    def settle(self, html: str) -> str:
        return _HEADING.sub(self._heading, html)

    def _heading(self, found: re.Match) -> str:
        if found["level"] == "3" and self.sections:
            return found[0]
        anchor = self.open(plain_text(found[0]))
        return f'<h2 id="{anchor}"{found["rest"]}</h2>'


def _with_languages(parts: Iterable[tuple[str, str]]) -> str:
    """Put what stands together in another language than the site's into one element that says so."""
    html = []
    for language, group in groupby(((language, part) for language, part in parts if part), key=itemgetter(0)):
        text = "\n".join(part for _language, part in group)
        lang = lang_attributes(language)
        html.append(f'<div class="prose flow"{lang}>\n{text}\n</div>' if lang else text)
    return "\n".join(html)


def render_body(document: Document) -> Body:
    """The body of `document` as it is saved now; one query for each kind of block, and one for the sources.

    A block's own words are in `language`. What its template says itself is in the site's: `site_lang` marks it.
    """
    sources = list(document.sources.all())
    marks = SourceMarks(len(sources))
    outline = _Outline()
    parts: list[tuple[str, str]] = []
    texts: list[str] = []
    for _group, neighbours in groupby(contents_for_item(document, BLOCK_MODELS), key=_group_of):
        blocks = list(neighbours)
        language = blocks[0].language or document.language
        parts.append((language, _render(blocks, language, marks, outline)))
        texts += [block.plain_text for block in blocks]
    uncited = [number for number in range(1, len(sources) + 1) if number not in marks.order]
    return Body(
        html=mark_repeated_addresses(_with_languages(parts), listed=(source.url for source in sources)),
        text="\n".join(part for part in texts if part),
        sources=[sources[number - 1] for number in [*marks.order, *uncited]],
        cited=len(marks.order),
        outline=list(outline.sections.values()),
    )


def _group_of(block: Any) -> Any:
    """What neighbours must have in common to stand together; a block that stands alone is its own group."""
    group = getattr(block, "group", None)
    return (group, block.language) if group else block


def _render(blocks: list[Any], language: str, marks: SourceMarks, outline: _Outline) -> str:
    """One block, or the neighbours of one group."""
    outline.language = language
    marks.site_lang = site_lang = lang_attributes(SITE, within=language)
    shared = {"language": language, "site_lang": site_lang}
    parts = []
    for block in blocks:
        part = {"block": block, "level": outline.level, **shared}
        if getattr(block, "opens_section", False):
            part["anchor"] = outline.open(block.heading)
        if hasattr(block, "html"):
            text = outline.settle(without_empty_elements(clean_html(block.html)))
            part["html"] = mark_safe(marks.link(text))  # noqa: S308
        # No form has judged what a script may have written.
        if LINK_ADDRESS.match(address := getattr(block, "address", "")):
            part["address"] = address
        if isinstance(block, Figure):
            part["alt_lang"] = "" if block.alt_text else site_lang
        part["mark"] = mark_safe(marks.mark(getattr(block, "source_number", None) or 0))  # noqa: S308
        parts.append(part)
    group = getattr(parts[0]["block"], "group", None)
    if group:
        name, context = group[0], {"blocks": parts, "level": parts[0]["level"], **shared}
    else:
        name, context = parts[0]["block"]._meta.model_name, parts[0]
    return render_to_string(f"publishing/blocks/_{name}.html", context).strip()
