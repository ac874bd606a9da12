"""The brand colours for what no style sheet reaches: the browser's own bar and the icon of the site."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest


@cache
def colour_of(name: str) -> str:
    """The colour that static/css/brand.css gives to `--name`, read once a process.

    Empty when it is not written as `#rrggbb` or `#rgb`: browsers want these outside a style sheet. Pages then leave the
    colour of the bar to the browser, and the icon is black.
    """
    sheet = (settings.BASE_DIR / "static" / "css" / "brand.css").read_text()
    found = re.search(rf"--{name}:\s*(#(?:[0-9a-f]{{6}}|[0-9a-f]{{3}}))\s*;", sheet, re.IGNORECASE)
    return found[1] if found else ""


def brand_colour() -> str:
    return colour_of("brand")


def brand(request: HttpRequest | None = None) -> dict[str, str]:
    """`brand_colour` and `accent_colour` in every template."""
    return {"brand_colour": brand_colour(), "accent_colour": colour_of("brand-accent")}
