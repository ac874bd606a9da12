"""Signs a token into a form. It tells when the form was shown and holds a number used once, the nonce.

Showing a form stores nothing. The code that stores the answer saves the nonce under a unique constraint, so one form
gives at most one row, however often it is sent.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.core import signing


class BadToken(ValueError):
    """This is not a token of ours, or it was issued for another purpose."""


class ExpiredToken(BadToken):
    """This token is ours but too old."""


class FormToken(NamedTuple):
    nonce: str
    issued_at: datetime
    # The form came back filled in, so sending it again takes no time.
    is_resend: bool


def _signer(purpose: str, *, is_resend: bool) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"core.formtoken:{purpose}{'-again' if is_resend else ''}")


def issue(purpose: str, *, is_resend: bool = False) -> str:
    return _signer(purpose, is_resend=is_resend).sign(secrets.token_urlsafe(16))


def read(purpose: str, token: str, *, max_age: timedelta) -> FormToken:
    """Raises BadToken, or its subclass ExpiredToken."""
    if not token.isascii() or len(token) > 200:
        raise BadToken
    for is_resend in (False, True):
        try:
            nonce = _signer(purpose, is_resend=is_resend).unsign(token, max_age=max_age)
        except signing.SignatureExpired as error:
            raise ExpiredToken from error
        except signing.BadSignature:
            continue
        seconds = signing.b62_decode(token.rsplit(":", 2)[1])
        return FormToken(nonce, datetime.fromtimestamp(seconds, tz=UTC), is_resend)
    raise BadToken
