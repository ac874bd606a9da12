"""A signed stamp in a form: when it was shown, and a number that makes its answer unique.

Nothing is stored when a form is shown. Whoever takes the answer stores the nonce under a unique constraint: then one
form gives at most one row, however often it is sent.
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
    # Of a form that came back filled in: pressing the button is all that is left to do.
    is_again: bool


def _signer(purpose: str, *, is_again: bool) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"core.formtoken:{purpose}{'-again' if is_again else ''}")


def issue(purpose: str, *, is_again: bool = False) -> str:
    return _signer(purpose, is_again=is_again).sign(secrets.token_urlsafe(16))


def read(purpose: str, token: str, *, max_age: timedelta) -> FormToken:
    """Raises BadToken, or its subclass ExpiredToken."""
    if not token.isascii() or len(token) > 200:
        raise BadToken
    for is_again in (False, True):
        try:
            nonce = _signer(purpose, is_again=is_again).unsign(token, max_age=max_age)
        except signing.SignatureExpired as error:
            raise ExpiredToken from error
        except signing.BadSignature:
            continue
        seconds = signing.b62_decode(token.rsplit(":", 2)[1])
        return FormToken(nonce, datetime.fromtimestamp(seconds, tz=UTC), is_again)
    raise BadToken
