"""The allow-list for text that staff write, and what is made of it for the page."""

import re
from collections.abc import Iterable
from html import unescape

import nh3
from django.utils.html import format_html
from django.utils.translation import gettext as _

_CLEANER = nh3.Cleaner(
    tags={"p", "h2", "h3", "ul", "ol", "li", "a", "strong", "em", "blockquote", "br", "span"},
    attributes={
        "a": {"href", "lang", "dir", "hreflang"},
        **{tag: {"lang", "dir"} for tag in ("p", "h2", "h3", "li", "strong", "em", "blockquote", "span")},
        "ol": {"start"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noreferrer",
    strip_comments=True,
)
# No "<" outside quotes: a row of them must not be read again from each of them.
_TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'"<>])*>)""")
_EMPTY = re.compile(r"<(p|h2|h3|li|ul|ol|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
#: Lists in lists that are taken out when nothing is in them; no editor nests deeper.
_DEEPEST = 12
_MARK = re.compile(r"\s?\[(\d{1,2})\]")
_OUTSIDE_LINK = re.compile(r'<a(?P<rest>\s(?:(?!class=)[^>])*?\bhref="(?P<address>https?://[^"]*)")')
_SPACE = re.compile(r"\s+")
_INLINE = re.compile(r"</?(?:a|strong|em|span|sup)\b")


def clean_html(html: str) -> str:
    """The part of `html` that may stand on a page; everything else is taken out, the words stay."""
    return _CLEANER.clean(html)


def without_empty_elements(html: str) -> str:
    """`html` without the empty paragraphs, headings and lists that a text editor leaves behind."""
    for _level in range(_DEEPEST):
        html, count = _EMPTY.subn("", html)
        if not count:
            break
    return html.strip()


def plain_text(html: str) -> str:
    """The words of `html` in one line, without the marks of sources."""
    parts = [part if not part.startswith("<") else ("" if _INLINE.match(part) else " ") for part in _TAG.split(html)]
    return _SPACE.sub(" ", unescape(_MARK.sub("", "".join(parts)))).strip()


class SourceMarks:
    """Turns `[2]` into the link to a source, with the numbers that readers see: 1 is the source mentioned first.

    Staff number sources as they list them; `order` holds those numbers in the order of their first marks. The first
    mark of a source carries the id that its entry links back to. A mark without a source, and one inside a link, stays
    as it was typed.
    """

    def __init__(self, count: int):
        self.count = count
        #: What the name of a mark needs where the text around it is not in the language of the site.
        self.site_lang = ""
        self.order: list[int] = []

    def mark(self, listed: int) -> str:
        """The link to a source by its number in the list of the staff, or nothing when there is no such source."""
        if not 1 <= listed <= self.count:
            return ""
        is_first = listed not in self.order
        if is_first:
            self.order.append(listed)
        number = self.order.index(listed) + 1
        anchor = format_html(' id="ref-{}"', number) if is_first else ""
        label = _("Source %(number)s") % {"number": number}
        return format_html(
            '<sup class="ref"><a href="#source-{}"{} aria-label="{}"{}>{}</a></sup>',
            number,
            anchor,
            label,
            self.site_lang,
            number,
        )

    def link(self, html: str) -> str:
        """`html` with its marks turned into links."""
        parts = []
        is_in_link = False
        for part in _TAG.split(html):
            if part.startswith("<"):
                if part.startswith(("<a ", "<a>", "</a")):
                    is_in_link = not part.startswith("</")
                parts.append(part)
            elif is_in_link:
                parts.append(part)
            else:
                parts.append(_MARK.sub(lambda match: self.mark(int(match[1])) or match[0], part))
        return "".join(parts)


def mark_repeated_addresses(html: str, *, listed: Iterable[str]) -> str:
    """`html` with a class on links to addresses that are `listed` below or came before: print spells each once."""
    seen = set(listed)

    def mark(link: re.Match) -> str:
        address = unescape(link["address"])
        if address not in seen:
            seen.add(address)
            return link[0]
        return f'<a class="is-spelled-out"{link["rest"]}'

    return _OUTSIDE_LINK.sub(mark, html)
