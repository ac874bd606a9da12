import math
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from core import deadline

# libpq takes less for this.
SHORTEST_CONNECT_SECONDS = 2
# A limit that is off by less is left as it is, so that quick requests need not tell the server anything.
TOLERANCE = 0.1


class DatabaseWrapper(base.DatabaseWrapper):
    #: The connection that was told last how long a statement may take, and how long in seconds; 0 is without end.
    _told: tuple[Any, float] | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if deadline.is_over():
            raise OperationalError("The time of this request is over.")
        seconds = deadline.wait_seconds()
        if seconds is not None:
            longest = conn_params.get("connect_timeout", math.inf)
            conn_params = conn_params | {"connect_timeout": min(longest, max(SHORTEST_CONNECT_SECONDS, int(seconds)))}
        return super().get_new_connection(conn_params)

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super()._cursor(name)  # type: ignore[misc]
        with self.wrap_database_errors:
            self._limit_statement()
        return cursor

    def _limit_statement(self) -> None:
        if self.connection.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            # It takes nothing but the end of the transaction, or of a part of it.
            return
        seconds = deadline.wait_seconds() or 0
        told = self._told[1] if self._told and self._told[0] is self.connection else 0
        if math.isclose(told, seconds, rel_tol=TOLERANCE):
            return
        # What is set within a transaction ends with it, so it is not remembered.
        is_local = not self.get_autocommit()
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET {'LOCAL' if is_local else 'SESSION'} statement_timeout = {round(seconds * 1000)}")
        if not is_local:
            self._told = self.connection, seconds
