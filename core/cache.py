"""Django's process memory as a cache that is bounded in bytes."""

import sys
from collections import OrderedDict
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

#: Bytes that Python needs for an entry besides its value: the key in two dictionaries, and the objects.
OVERHEAD = 400
MAX_BYTES = 10_000_000


class MemoryCache(LocMemCache):
    """Evicts the least recently used entries once their total size exceeds `OPTIONS["MAX_BYTES"]`."""

    #: Total size by cache name, because each thread has a cache object of its own.
    _sizes: dict[str, int] = {}

    # Declared by LocMemCache; django-stubs leaves it out.
    _cache: OrderedDict[str, bytes]

    def __init__(self, name: str, params: dict[str, Any]):
        self._name = name
        self._max_bytes = params.get("OPTIONS", {}).get("MAX_BYTES", MAX_BYTES)
        super().__init__(name, params)
        self._max_entries = sys.maxsize

    def _set(self, key: str, value: bytes, timeout: Any) -> None:
        if key in self._cache:
            self._delete(key)
        super()._set(key, value, timeout)  # type: ignore[misc]
        self._sizes[self._name] = self._sizes.get(self._name, 0) + len(value) + OVERHEAD
        while self._sizes[self._name] > self._max_bytes:
            self._delete(next(reversed(self._cache)))

    def _delete(self, key: str) -> bool:
        size = len(self._cache.get(key, b"")) + OVERHEAD
        is_deleted: bool = super()._delete(key)  # type: ignore[misc]
        if is_deleted:
            self._sizes[self._name] -= size
        return is_deleted

    def clear(self) -> None:
        super().clear()
        self._sizes[self._name] = 0
