"""Checks Content-Type before Django reads it, where no middleware could catch the error."""

import re
from collections.abc import Callable, Iterable
from typing import Any

# Types and plain parameters; the extended ones of RFC 2231 (`charset*=`) name codecs that may not exist.
PLAIN_CONTENT_TYPE = re.compile(r"(?!.*\*=)[\x20-\x7e]{0,300}")
CHARSET = re.compile(r"""charset\s*=\s*["']?([^;"'\s]*)""", re.IGNORECASE)
# Django decodes the address with it too, and some codecs are not for text.
TEXT_CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii"}
# BadInputMiddleware answers this one with a calm page.
REFUSED_CONTENT_TYPE = "text/plain; charset=refused"


def check_content_type(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def middleware(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        charsets = {charset.lower() for charset in CHARSET.findall(content_type)}
        if not PLAIN_CONTENT_TYPE.fullmatch(content_type) or not charsets <= TEXT_CHARSETS:
            environ["CONTENT_TYPE"] = REFUSED_CONTENT_TYPE
        return application(environ, start_response)

    return middleware
