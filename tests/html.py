"""What a page says, without its markup."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse

INLINE_TAG = re.compile(r"</?(?:a|abbr|b|cite|em|i|span|strong|sup|time)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")


def text_of(page: HttpResponse | str) -> str:
    """The words of a response or of some HTML as somebody reads them, with single spaces between them."""
    html = page if isinstance(page, str) else page.content.decode()
    return " ".join(unescape(TAG.sub(" ", INLINE_TAG.sub("", html))).split())
