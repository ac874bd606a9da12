"""Finds rows by a text that is stored encrypted, without storing the text.

A room keeps, beside its sealed row, a keyed hash (HMAC-SHA256) of each text that must be found again, and the id of the
key. The hash is made with a key derived from FIELD_KEYS: whoever has the database alone can neither read a hash nor
try texts against it. A search makes the hash under every key that is there, so rows are found while keys are being
changed. `rotate_keys` moves hashes to the newest key through the indexes registered here.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from core import encryption


@dataclass(frozen=True, slots=True)
class BlindIndex:
    #: Counts the hashes under each key.
    count: Callable[[], dict[str, int]]
    #: Makes anew the hashes that are not under this key; returns how many rows it could not read.
    rebuild: Callable[[str], int]


_indexes: list[BlindIndex] = []


def register(index: BlindIndex) -> None:
    _indexes.append(index)


def registered() -> list[BlindIndex]:
    return list(_indexes)


def digests(text: str, *, purpose: str) -> dict[str, str]:
    """Map the id of each key to the hash under it, the newest key first. Raises MissingKey."""
    return {
        key_id: _hmac(_hmac(key, f"blind index:{purpose}").digest(), text).hexdigest()
        for key_id, key in encryption.usable_keys().items()
    }


def _hmac(key: bytes, text: str) -> hmac.HMAC:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
