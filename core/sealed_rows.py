"""Tells whether the keys in use open what is stored. Rooms register what to look at."""

import time
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Model, QuerySet

from core import encryption
from core.encryption import EncryptedTextField

# So many of the newest rows, and as many of the oldest: a key that was lost leaves the oldest unreadable.
SAMPLE = 3
KEPT_SECONDS = 60.0

Readable = Literal["all", "some", "none"]

_sampled: list[QuerySet] = []
_known: dict[tuple[str, ...], tuple[float, Readable]] = {}


def sample(newest_first: QuerySet) -> None:
    """Look at these rows, which have an encrypted field and an index for their order."""
    _sampled.append(newest_first)


def readable() -> Readable:
    """Say which of the sampled rows the keys in use open: "all" also when there is none.

    A process asks the database once a minute. Raises any error of the database.
    """
    keys, now = tuple(settings.FIELD_KEYS), time.monotonic()
    asked_at, answer = _known.get(keys, (0.0, "all"))
    if keys not in _known or now - asked_at > KEPT_SECONDS:
        answer = _look()
        _known[keys] = now, answer
    return answer


def forget() -> None:
    _known.clear()


def can_store() -> bool:
    """Say whether a form may take in what has to be encrypted.

    Not without a key. And not with one that opens nothing of what is stored: it is the wrong one, and what came in
    under it would be lost once the right one is back.
    """
    if not encryption.is_ready():
        return False
    try:
        return readable() != "none"
    except (DatabaseError, InterfaceError):
        # The database is away, and storing will say so.
        return True


def _look() -> Readable:
    rows = [row for queryset in _sampled for end in (queryset, queryset.reverse()) for row in end[:SAMPLE]]
    opened = sum(map(_opens, rows))
    if opened == len(rows):
        return "all"
    return "some" if opened else "none"


def _opens(row: Model) -> bool:
    fields = [field for field in row._meta.local_fields if isinstance(field, EncryptedTextField)]
    try:
        for field in fields:
            getattr(row, field.attname)
    except encryption.EncryptionError:
        return False
    return True
