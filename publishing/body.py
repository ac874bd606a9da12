"""The body of a page: a document's blocks, in order, as finished HTML and as plain words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from content_editor.contents import contents_for_item
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.text import slugify

from publishing.models import BLOCK_MODELS, Document
from publishing.models.block import LINK_ADDRESS
from publishing.text import SourceMarks, clean_html, plain_text, without_empty_elements

WORDS_PER_MINUTE = 220
_HEADING = re.compile(r"<h(?P<level>[23])(?P<rest>[ >].*?)</h(?P=level)>", re.DOTALL)


@dataclass(frozen=True)
class Body:
    """`html` is safe to print; `cited` holds the numbers of the sources that the text points to.

    `outline` lists the sections in order, `{"anchor", "title"}`: the id of an h2, and its words.
    """

    html: str
    text: str
    cited: frozenset[int]
    outline: tuple[dict[str, str], ...] = ()

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / WORDS_PER_MINUTE))


class _Outline:
    """Keeps the order of headings unbroken: the page's h1, then h2, then h3. Gives each h2 an id to link to."""

    def __init__(self) -> None:
        self.sections: dict[str, str] = {}

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
        self.sections[anchor] = title
        return anchor

    def settle(self, html: str) -> str:
        return _HEADING.sub(self._heading, html)

    def _heading(self, found: re.Match) -> str:
        if found["level"] == "3" and self.sections:
            return found[0]
        anchor = self.open(plain_text(found[0]))
        return f'<h2 id="{anchor}"{found["rest"]}</h2>'


def render_body(document: Document, *, source_count: int) -> Body:
    """The body of `document` as it is saved now; one query for each kind of block."""
    marks = SourceMarks(source_count)
    outline = _Outline()
    html: list[str] = []
    texts: list[str] = []
    for _group, neighbours in groupby(contents_for_item(document, BLOCK_MODELS), key=_group_of):
        blocks = list(neighbours)
        html.append(_render(blocks, marks, outline))
        texts += [block.plain_text for block in blocks]
    return Body(
        html="\n".join(part for part in html if part),
        text="\n".join(part for part in texts if part),
        cited=frozenset(marks.cited),
        outline=tuple({"anchor": anchor, "title": title} for anchor, title in outline.sections.items()),
    )


def _group_of(block: Any) -> Any:
    """What neighbours must have in common to stand together; a block that stands alone is its own group."""
    return getattr(block, "group", None) or block


def _render(blocks: Iterable[Any], marks: SourceMarks, outline: _Outline) -> str:
    """One block, or the neighbours of one group."""
    parts = []
    for block in blocks:
        part = {"block": block, "level": outline.level}
        if getattr(block, "opens_section", False):
            part["anchor"] = outline.open(block.heading)
        if hasattr(block, "html"):
            text = outline.settle(without_empty_elements(clean_html(block.html)))
            part["html"] = mark_safe(marks.link(text))  # noqa: S308
        # No form has judged what a script may have written.
        if LINK_ADDRESS.match(address := getattr(block, "address", "")):
            part["address"] = address
        part["mark"] = mark_safe(marks.mark(getattr(block, "source_number", None) or 0))  # noqa: S308
        parts.append(part)
    group = getattr(parts[0]["block"], "group", None)
    if group:
        name, context = group[0], {"blocks": parts, "level": parts[0]["level"]}
    else:
        name, context = parts[0]["block"]._meta.model_name, parts[0]
    return render_to_string(f"publishing/blocks/_{name}.html", context).strip()
