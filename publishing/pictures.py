"""A picture as pages show it: in every format and width its screen may want, sized before it is there."""

import re
from functools import lru_cache
from typing import Any

from django.db.models import JSONField
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from publishing.languages import SITE, lang_attributes
from publishing.media.crops import FORMATS, height_at, widths_of

_TOKEN = re.compile(r"/images/([0-9a-f]{32})/")

#: One crop of a picture, for `includes/_picture.html`: a `srcset` for each format, and `src`, `width` and `height` for
#: browsers without srcset. All are safe to print. Templates read a dictionary fastest.
Cut = dict[str, SafeString]


class Picture(dict):
    """`Image.snapshot()`, perhaps with the alt text and caption of one page. Templates choose a cut of it."""

    @property
    def full(self) -> Cut:
        return self._cut("full")

    @property
    def card(self) -> Cut:
        return self._cut("3x2")

    @property
    def wide(self) -> Cut:
        return self._cut("16x9")

    @property
    def alt_lang(self) -> SafeString:
        """What the `<img>` needs if its alt text is not in the language of the site."""
        return lang_attributes(self.get("alt_language", SITE))

    def _cut(self, crop: str) -> Cut:
        return cut(self["token"], self["version"], self["width"], self["height"], crop)


# The same few pictures stand on page after page.
@lru_cache(maxsize=4096)
def cut(token: str, version: int, width: int, height: int, crop: str) -> Cut:
    widths = widths_of(crop, width, height)
    # One address is reversed; the others stand beside it.
    folder = address(token, version, crop, widths[0], "jpg").rpartition("/")[0]
    # The one step that suits most columns.
    usual = next((step for step in widths if step >= 800), widths[-1])
    texts = {
        extension: ", ".join(f"{folder}/{crop}-{step}.{extension} {step}w" for step in widths) for extension in FORMATS
    }
    texts |= {
        "src": f"{folder}/{crop}-{usual}.jpg",
        "width": str(widths[-1]),
        "height": str(height_at(crop, width, height, widths[-1])),
    }
    # Addresses and numbers of our own.
    return {name: mark_safe(text) for name, text in texts.items()}  # noqa: S308


def address(token: str, version: int, crop: str, width: int, extension: str) -> str:
    return reverse(
        "media:image",
        kwargs={"token": token, "version": version, "crop": crop, "width": width, "extension": extension},
    )


def tokens_in(html: str) -> set[str]:
    """The tokens of the pictures in some HTML: each stands in their addresses."""
    return set(_TOKEN.findall(html))


class PictureField(JSONField):
    """A `Picture` or None."""

    def from_db_value(self, value: Any, *args: Any) -> Picture | None:
        found = super().from_db_value(value, *args)
        return Picture(found) if found else None
