"""`site`, `menus`, `helplines`, `banner`, ...: what stands around a page (`pages.layout.Layout`)."""

from __future__ import annotations

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from core.content import period_of
from pages.layout import layout_of, make_layout


def layout(request: HttpRequest) -> dict[str, Any]:
    try:
        found = layout_of(period_of(request))
    except (OperationalError, InterfaceError):
        # A page that says "not saved" must carry telephone numbers also when nothing else works.
        found = make_layout({})
    return found.around(request.path)
