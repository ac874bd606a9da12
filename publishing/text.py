"""The allow-list for text that staff write, and small helpers over it."""

import nh3

_CLEANER = nh3.Cleaner(
    tags={"p", "h2", "h3", "ul", "ol", "li", "a", "strong", "em", "blockquote", "br"},
    attributes={"a": {"href", "lang", "hreflang"}, "p": {"lang"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noreferrer",
    strip_comments=True,
)


def clean_html(html: str) -> str:
    """The part of `html` that may stand on a page; everything else is taken out, the words stay."""
    return _CLEANER.clean(html)
