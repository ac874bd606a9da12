"""`site`, `menus`, `helplines`, `banner`, ... in every template (`pages.layout.Layout`)."""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from core.content import period_of
from pages.layout import layout_for_period, make_layout
from publishing.share import neutral_context


def layout(request: HttpRequest) -> dict[str, Any]:
    try:
        period = period_of(request)
    except (OperationalError, InterfaceError):
        # A page that says "not saved" needs telephone numbers most.
        return make_layout({}).context_for(request.path)
    share_picture = period.once("share_picture", lambda: neutral_context(period))
    return layout_for_period(period).context_for(request.path) | {"share_picture": share_picture}
