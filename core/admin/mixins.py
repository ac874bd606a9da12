"""Small additions to any admin class."""

from typing import Any, cast

import js_asset
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.db.models import URLField
from django.http import HttpRequest, HttpResponse

from core.roles import has_granted


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


class GrantedPermissionsMixin:
    """For rows that only roles open: being a superuser is not enough (`core.roles.has_granted`)."""

    opts: Any

    def _is_granted(self, request: HttpRequest, verb: str) -> bool:
        user = cast(User, request.user)
        return has_granted(user, f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_granted(request, "view") or self.has_act_permission(request)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self._is_granted(request, "change")
