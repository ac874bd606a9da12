"""`site`, `menus`, `helplines`, `banner`, ... in every template (`pages.layout.Layout`)."""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from core.content import period_of
from pages.layout import layout_for_period, make_layout


def layout(request: HttpRequest) -> dict[str, Any]:
    try:
        current = layout_for_period(period_of(request))
    except (OperationalError, InterfaceError):
        # A page that says "not saved" needs telephone numbers most.
        current = make_layout({})
    return current.context_for(request.path)
