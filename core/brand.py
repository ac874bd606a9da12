"""The brand colour for what no style sheet reaches: the browser's own bar and the icon of the site."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


@cache
def brand_colour() -> str:
    """`#rrggbb` of static/css/brand.css, read once a process."""
    sheet = (settings.BASE_DIR / "static" / "css" / "brand.css").read_text()
    return re.search(r"--brand:\s*(#[0-9a-fA-F]{6});", sheet)[1]  # type: ignore[index]


def brand(request: HttpRequest) -> dict[str, object]:
    """`brand_colour` in every template."""
    return {"brand_colour": SimpleLazyObject(brand_colour)}
