"""`site`, `menus`, `helplines`, `banner`, ...: what stands around a page (`pages.layout.Layout`)."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pages.layout import Layout, load_layout

NAMES = ["site", "menus", "social_links", "helplines", "panel_helplines", "banner", "live_pages"]


def layout(request: HttpRequest) -> dict[str, Any]:
    """Asked for when a template first uses any of it: most pages of the back office do not."""
    loaded: list[Layout] = []

    def part(name: str) -> Any:
        if not loaded:
            loaded.append(load_layout(path=request.path))
        return getattr(loaded[0], name)

    return {name: SimpleLazyObject(partial(part, name)) for name in NAMES}
