"""Keeps what a person typed for a few minutes, from a POST that stored nothing until the page that shows it again.

A browser writes the body of a POST into its profile as long as the page on show answered it, so such a page is never
left standing: the POST is answered with a redirect, and what was typed waits here. Two keys seal it: one of FIELD_KEYS,
and one that this browser alone has, in a cookie that ends with its session. Neither the database nor the cookie nor
the address gives anything away by itself; without the cookie nobody can read the row, or find whose it is.

    if not held_forms.has_key(request): held_forms.give_key(response)   # and let the browser come again
    held_forms.hold(request, purpose="enquiry", data=request.POST)      # in a POST, before the redirect
    data = held_forms.read(request, purpose="enquiry", within="/contact/write/")   # in the GET; a reload reads it again
    held_forms.forget(request, response, purpose="enquiry")             # once it is stored

`PublicFormView` does all this. Without a request or a database, `drop_key(response)` alone leaves nothing readable.
See docs/decisions/0013-held-forms.md.
"""

import base64
import binascii
import hmac
import json
import logging
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone

from core import throttle
from core.encryption import NONCE_BYTES, EncryptionError
from core.jobs import periodic
from core.models import HeldForm

logger = logging.getLogger(__name__)

HELD_FOR = timedelta(minutes=15)
KEY_BYTES = 32
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
# The length of a sealed row tells the length of the text only to a kilobyte.
PADDED_TO = 1_024
# A form may have a megabyte. These keep a crowd of senders from filling the disk.
LARGEST_TOTAL = 50_000_000
PER_ADDRESS, PER_ADDRESS_WINDOW = 60, timedelta(minutes=10)


class NoRoom(Exception):
    """Nothing more is held at the moment, for this address or for anybody. Nothing was stored."""


def cookie_name() -> str:
    return "__Host-form" if settings.IS_HTTPS else "form"


def has_key(request: HttpRequest) -> bool:
    """Say whether this browser takes cookies and has its key."""
    return _key(request) is not None


def give_key(response: HttpResponseBase) -> None:
    """Give this browser a new key, until it is closed."""
    response.set_cookie(
        cookie_name(),
        secrets.token_urlsafe(KEY_BYTES),
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def drop_key(response: HttpResponseBase) -> None:
    """Take the key back. What is held can then be read by nobody, and its row is deleted within minutes."""
    response.set_cookie(cookie_name(), "", max_age=0, path="/", secure=settings.IS_HTTPS, httponly=True, samesite="Lax")


def hold(request: HttpRequest, *, purpose: str, data: QueryDict) -> None:
    """Hold `data` for this browser, in the place of what it held for this purpose before.

    Needs the browser's key (`has_key`). Raises `NoRoom`, `EncryptionError`, or an error of the database.
    """
    key = _key(request)
    if key is None:
        raise EncryptionError("The browser has no key.")
    text = json.dumps(dict(data.lists()))
    text += " " * (-len(text) % PADDED_TO)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(_derived(key, "seal", purpose)).encrypt(nonce, text.encode(), None)
    row = HeldForm(
        lookup=_lookup(key, purpose),
        sealed_form=base64.urlsafe_b64encode(sealed).decode(),
        size=len(sealed),
        held_until=timezone.now() + HELD_FOR,
    )
    address = throttle.client_address(request)
    with transaction.atomic():
        if not throttle.hit(purpose="held", identity=address, limit=PER_ADDRESS, window=PER_ADDRESS_WINDOW):
            raise NoRoom
        total = HeldForm.objects.aggregate(total=Sum("size"))["total"] or 0
        if total + row.size > LARGEST_TOTAL:
            raise NoRoom
        row.save()


def read(request: HttpRequest, *, purpose: str, within: str) -> QueryDict | None:
    """Return what this browser holds for `purpose`, or None. Raises an error of the database.

    Only to a page that was reached from one at or below the path `within`, as after a redirect or by loading it again:
    who opens the address from the history, or comes back later by a link, finds an empty form.
    """
    key = _key(request)
    if key is None or not _came_from(request, within):
        return None
    now = timezone.now()
    row = HeldForm.objects.readable(at=now).filter(lookup=_lookup(key, purpose)).first()
    if row is None:
        return None
    try:
        sealed = base64.urlsafe_b64decode(row.sealed_form)
        text = AESGCM(_derived(key, "seal", purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (EncryptionError, InvalidTag, binascii.Error) as error:
        # The site's key is gone, or somebody changed the row: there is nothing to show.
        logger.warning("held form unreadable", exc_info=error)
        return None
    data = QueryDict(mutable=True)
    for name, values in json.loads(text).items():
        data.setlist(name, values)
    return data


def forget(request: HttpRequest, response: HttpResponseBase, *, purpose: str) -> None:
    """Destroy what this browser holds: delete the row and take the key back.

    Raises nothing: the form was stored, and no error here may say otherwise.
    """
    key = _key(request)
    if key is None:
        return
    drop_key(response)
    try:
        HeldForm.objects.filter(lookup=_lookup(key, purpose)).delete()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("held form not deleted; it is unreadable now", exc_info=error)


@periodic(every=timedelta(minutes=1))
def delete_expired(*, now: datetime) -> int:
    """Delete what may be read no longer, also while a clock is wrong: nothing here is missed after minutes."""
    deleted, _ = HeldForm.objects.expired(at=now).delete()
    return deleted


def _key(request: HttpRequest) -> bytes | None:
    text = request.COOKIES.get(cookie_name(), "")
    return base64.urlsafe_b64decode(text + "=") if KEY.fullmatch(text) else None


def _derived(key: bytes, use: str, purpose: str) -> bytes:
    return hmac.digest(key, f"core.held_forms.{use}:{purpose}".encode(), "sha256")


def _lookup(key: bytes, purpose: str) -> str:
    return _derived(key, "lookup", purpose).hex()


def _came_from(request: HttpRequest, within: str) -> bool:
    referer = request.headers.get("Referer")
    if referer:
        try:
            return urlsplit(referer).path.startswith(within)
        except ValueError:
            return False
    # Browsers that tell nothing of where they were must not lose the text.
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
