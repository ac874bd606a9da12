"""The body of a page: a document's blocks, in order, as finished HTML and as plain words."""

import re
from dataclasses import dataclass

from content_editor.contents import contents_for_item
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from publishing.models import BLOCK_MODELS, Callout, Document, Source, Statistics, Text
from publishing.text import SourceMarks, clean_html, mark_repeated_addresses, without_empty_elements

WORDS_PER_MINUTE = 220
_HEADING = re.compile(r"<h(?P<level>[23])(?P<rest>[ >].*?)</h(?P=level)>", re.DOTALL)


@dataclass(frozen=True)
class Body:
    """`html` is safe to print; `sources` holds those that the text points to, by their first marks, then the others."""

    html: str
    text: str
    sources: list[Source]
    #: So many of them the text points to.
    cited: int

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


def render_body(document: Document) -> Body:
    """The body of `document` as it is saved now; one query for each kind of block, and one for the sources."""
    sources = list(document.sources.all())
    marks = SourceMarks(len(sources))
    outline = _Outline()
    html: list[str] = []
    texts: list[str] = []
    for number, block in enumerate(contents_for_item(document, BLOCK_MODELS), start=1):
        kind = block._meta.model_name
        context = {"block": block, "number": number, "mark": "", "html": ""}
        if isinstance(block, Text | Callout):
            text = without_empty_elements(clean_html(block.html))
            context["html"] = mark_safe(marks.link(outline.settle(text) if isinstance(block, Text) else text))  # noqa: S308
        elif isinstance(block, Statistics):
            context["mark"] = mark_safe(marks.mark(block.source_number or 0))  # noqa: S308
        outline.has_section = outline.has_section or getattr(block, "opens_section", False)
        html.append(render_to_string(f"publishing/blocks/_{kind}.html", context).strip())
        texts.append(block.plain_text)
    whole = "\n".join(part for part in html if part)
    uncited = [number for number in range(1, len(sources) + 1) if number not in marks.order]
    return Body(
        html=mark_repeated_addresses(whole, listed=(source.url for source in sources)),
        text="\n".join(part for part in texts if part),
        sources=[sources[number - 1] for number in [*marks.order, *uncited]],
        cited=len(marks.order),
    )
