"""The sign-in of staff, which pauses after wrong passwords."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core import throttle

SIGN_IN_LIMIT = 5
SIGN_IN_WINDOW = timedelta(minutes=15)


class ThrottledAuthenticationForm(AdminAuthenticationForm):
    """Five wrong passwords for one account from one address, then a pause. From elsewhere the account stays open."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        identity = f"{username.casefold()} {throttle.client_address(self.request)}"
        if not throttle.hit(purpose="sign-in", identity=identity, limit=SIGN_IN_LIMIT, window=SIGN_IN_WINDOW):
            again = date_format(timezone.localtime(throttle.ends_at(SIGN_IN_WINDOW)), "TIME_FORMAT")
            raise ValidationError(
                _("Too many wrong passwords. Try again after %(time)s."), code="throttled", params={"time": again}
            )
        cleaned = super().clean()
        throttle.forget(purpose="sign-in", identity=identity, window=SIGN_IN_WINDOW)
        return cleaned


admin.site.login_form = ThrottledAuthenticationForm
