from typing import Any

from django.db.backends.sqlite3 import base

from core import deadline

# Python's own, where the settings name none.
PATIENCE_SECONDS = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    #: How long the open connection waits for a lock, in seconds.
    _waits = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._waits = self._may_wait()
        return super().get_new_connection(conn_params | {"timeout": self._waits})

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super()._cursor(name)  # type: ignore[misc]
        seconds = self._may_wait()
        if seconds != self._waits:
            self.connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            self._waits = seconds
        return cursor

    def _may_wait(self) -> float:
        return deadline.wait_seconds() or self.settings_dict["OPTIONS"].get("timeout", PATIENCE_SECONDS)
