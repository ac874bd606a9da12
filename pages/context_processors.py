"""`site`, `menus`, `helplines`, `banner`, ...: what stands around a page (`pages.layout.Layout`)."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.content import period_of
from pages.layout import layout_of, make_layout

NAMES = ["site", "menus", "social_links", "helplines", "panel_helplines", "live_pages", "banner"]


def layout(request: HttpRequest) -> dict[str, Any]:
    """Asked for when a template first uses any of it: most pages of the back office do not."""

    @cache
    def words() -> dict[str, Any]:
        try:
            found = layout_of(period_of(request))
        except (OperationalError, InterfaceError):
            # A page that says "not saved" must carry telephone numbers also when nothing else works.
            found = make_layout({})
        return found.around(request.path)

    return {name: SimpleLazyObject(partial(lambda name: words()[name], name)) for name in NAMES}
