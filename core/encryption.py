"""Encrypts text in the database. The keys are kept elsewhere.

Stored: `v1.<key id>.<base64url of nonce and ciphertext>`, AES-256-GCM. The associated data names the model, the field
and the row, so a value that is moved to another row, or to another field, cannot be read there.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

VERSION = "v1"
KEY_ID = re.compile(r"[a-z0-9-]{1,16}")
KEY_BYTES = 32
NONCE_BYTES = 12


class EncryptionError(Exception):
    """A value cannot be encrypted or read."""


class MissingKey(EncryptionError):
    """FIELD_KEYS holds no usable key, or not the one a value was encrypted with."""


class Unreadable(EncryptionError):
    """Somebody changed a stored value, or moved it here from another row."""


class Ciphertext(str):
    """A stored value. The database takes no other text except the empty one."""

    __slots__ = ()

    @property
    def key_id(self) -> str:
        return self.split(".", 2)[1] if self else ""


class Sealed:
    """A stored value that nobody has read yet."""

    __slots__ = ("ciphertext",)

    def __init__(self, ciphertext: str):
        self.ciphertext = Ciphertext(ciphertext)

    def __repr__(self) -> str:
        return "<sealed>"


@functools.lru_cache(maxsize=4)
def _parse(entries: tuple[str, ...]) -> dict[str, bytes]:
    """Map ids to keys, newest first. Raises MissingKey, which names the wrong entry by number and never shows it."""
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(entries, start=1):
        key_id, _, encoded = entry.strip().partition(":")
        if not KEY_ID.fullmatch(key_id):
            raise MissingKey(
                f"Entry {number} of FIELD_KEYS needs an id of 1 to 16 characters a-z, 0-9, - before its colon."
            )
        if key_id in keys:
            raise MissingKey(f"Entry {number} of FIELD_KEYS repeats the id of an earlier one.")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise MissingKey(f"Entry {number} of FIELD_KEYS needs 32 random bytes in URL-safe base64 after its colon.")
        keys[key_id] = key
    if not keys:
        raise MissingKey("FIELD_KEYS is not set.")
    return keys


def usable_keys() -> dict[str, bytes]:
    return _parse(tuple(settings.FIELD_KEYS))


def newest_key_id() -> str:
    """Raises MissingKey."""
    return next(iter(usable_keys()))


def is_ready() -> bool:
    """Say whether text can be encrypted. Check this before you ask a person for any."""
    try:
        usable_keys()
    except MissingKey:
        return False
    return True


def encrypt(text: str, *, associated: str) -> Ciphertext:
    """Raises MissingKey."""
    if text == "":
        return Ciphertext("")
    key_id, key = next(iter(usable_keys().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    # Keep lone surrogates, so that nothing a form lets through is lost here.
    sealed = AESGCM(key).encrypt(nonce, text.encode("utf-8", "surrogatepass"), associated.encode())
    return Ciphertext(f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}")


def decrypt(ciphertext: str, *, associated: str) -> str:
    """Raises MissingKey or Unreadable."""
    if ciphertext == "":
        return ""
    version, _, rest = ciphertext.partition(".")
    key_id, _, encoded = rest.partition(".")
    if version != VERSION:
        raise Unreadable("A stored value is not in a form this version knows.")
    key = usable_keys().get(key_id)
    if key is None:
        raise MissingKey(f"FIELD_KEYS lacks the key {key_id!r}.")
    try:
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
        text = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], associated.encode())
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise Unreadable("A stored value was changed, or moved here from elsewhere.") from error
    return text.decode("utf-8", "surrogatepass")


class _LazyText(DeferredAttribute):
    """Decrypts when the attribute is read, so that a list of rows decrypts nothing."""

    field: EncryptedTextField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = decrypt(value.ciphertext, associated=self.field.associated_data(instance))
            instance.__dict__[self.field.attname] = value
        return value

    # A descriptor with a setter goes before the instance's dictionary.
    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Encrypts its text on the way into the database. `associated` names the field that identifies the row.

    That field must have its value before the row is saved and must never change. The empty text is stored as it is.
    The only lookup is `isnull`: an encrypted value cannot be searched, and an error is better than a search that
    silently finds nothing. Only saving a row writes the field. `update()` and fixtures are refused.
    """

    descriptor_class = _LazyText

    def __init__(self, *args: Any, associated: str, **kwargs: Any):
        self.associated = associated
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "associated": self.associated}

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        messages = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            messages.append(
                checks.Error(
                    "An encrypted field cannot be unique or indexed: equal texts are stored differently.",
                    obj=self,
                    id="core.E101",
                )
            )
        if self.associated not in {field.name for field in self.model._meta.get_fields()}:
            messages.append(checks.Error(f"There is no field {self.associated!r} beside it.", obj=self, id="core.E102"))
        return messages

    def associated_data(self, instance: models.Model) -> str:
        value = getattr(instance, self.associated)
        if not value:
            raise EncryptionError(f"{self.associated} must be known before {self.name} can be encrypted.")
        return f"{self.model._meta.label_lower}.{self.name}:{value}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Ciphertext | None:
        value = self.stored_value(model_instance)
        if value is None:
            return None
        if isinstance(value, Sealed):
            keys = usable_keys() if is_ready() else {}
            outdated = value.ciphertext.key_id in list(keys)[1:]
            if not outdated:
                return value.ciphertext
            value = getattr(model_instance, self.attname)
        if not isinstance(value, str):
            raise FieldError(f"{self.name} is encrypted: give it text.")
        return encrypt(value, associated=self.associated_data(model_instance))

    def stored_value(self, instance: models.Model) -> Any:
        """Return the value from the instance without decrypting it."""
        if self.attname not in instance.__dict__:
            getattr(instance, self.attname)
        return instance.__dict__[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or value == "":
            return value
        if not isinstance(value, Ciphertext):
            raise FieldError(f"{self.name} is encrypted: it is written by saving its row and by nothing else.")
        return str(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Write a dump with the stored text, still encrypted."""
        return self.pre_save(obj, add=False) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be searched or compared.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: it cannot be searched or compared.")


def encrypted_models(registry: Apps = apps) -> list[tuple[type[models.Model], list[EncryptedTextField]]]:
    """Every model of every room that has encrypted fields, with those fields."""
    found = []
    for model in registry.get_models():
        fields = [field for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
        if fields:
            found.append((model, fields))
    return found
