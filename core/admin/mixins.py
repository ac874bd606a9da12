"""Small additions to any admin class."""

from typing import Any

import js_asset
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse


class NonceMediaMixin:
    """For forms whose scripts need the page's nonce: content-editor and prose-editor write an inline import map."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = js_asset.Media.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


class HttpsAddressesMixin:
    """An address that is typed without its scheme is meant to begin with https."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
