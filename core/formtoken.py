"""A signed stamp in a form: when it was shown, and a number that makes its answer unique.

Nothing is stored when a form is shown. Whoever takes the answer stores the nonce under a unique constraint, so that one
form shown gives at most one row, however often it is sent.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.core import signing


class BadToken(ValueError):
    """Not a token of ours, or one made for another purpose."""


class ExpiredToken(BadToken):
    """A token of ours that is too old."""


class FormToken(NamedTuple):
    nonce: str
    issued_at: datetime


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"core.formtoken:{purpose}")


def issue(purpose: str) -> str:
    return _signer(purpose).sign(secrets.token_urlsafe(16))


def read(purpose: str, token: str, *, max_age: timedelta) -> FormToken:
    """Raises BadToken, or its subclass ExpiredToken."""
    if not token.isascii() or len(token) > 200:
        raise BadToken
    try:
        nonce = _signer(purpose).unsign(token, max_age=max_age)
    except signing.SignatureExpired as error:
        raise ExpiredToken from error
    except signing.BadSignature as error:
        raise BadToken from error
    seconds = signing.b62_decode(token.rsplit(":", 2)[1])
    return FormToken(nonce=nonce, issued_at=datetime.fromtimestamp(seconds, tz=UTC))
