"""Queries compiled once and asked many times.

Most of what a small query costs in Django is the building of its SQL and the making of its objects. Where every request
asks the same question, the question is written as an ordinary queryset with `Param("name")` in place of values, so that
rules such as "live at this moment" stay in their one queryset method. It is compiled once per process and database
vendor, PostgreSQL plans it once a connection, and a row makes a Python value of a column only when that is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Expression, Field, QuerySet


class _Placeholder:
    def __init__(self, name: str, output_field: Field):
        self.name = name
        self.output_field = output_field


class Param(Expression):
    """Stands for a value that is given when the prepared query is asked."""

    def __init__(self, name: str, output_field: Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [_Placeholder(self.name, self.output_field)]


class _Compiled:
    def __init__(self, query: Any, connection: BaseDatabaseWrapper):
        compiler = query.get_compiler(connection=connection)
        self.connection = connection
        sql, params = compiler.as_sql()
        # Named, so that a value which stands in a dozen places is put into the driver's form and handed over once.
        names = [param.name if isinstance(param, _Placeholder) else f"fixed_{n}" for n, param in enumerate(params)]
        self.fixed = {
            name: param for name, param in zip(names, params, strict=True) if not isinstance(param, _Placeholder)
        }
        asked = {param.name: param.output_field for param in params if isinstance(param, _Placeholder)}
        self.adapters = {name: _adapter(field, connection) for name, field in asked.items()}
        self.sql = _with_names(sql, names, "%({})s".format)
        if connection.vendor == "sqlite":
            self.sqlite_sql = sql % tuple(f":{name}" for name in names)
        elif connection.vendor == "postgresql":
            self.statement = f"prepared_{next(_numbers)}"
            numbers = {name: f"${number}" for number, name in enumerate(asked, start=1)}
            types = ", ".join(field.db_type(connection) or "text" for field in asked.values())
            self.prepare_sql = (
                f"PREPARE {self.statement}{f' ({types})' if types else ''} AS "
                + _with_names(sql, names, lambda name: numbers.get(name, f"%({name})s"))
            )  # fmt: skip
            given = ", ".join(f"%({name})s" for name in asked)
            self.execute_sql = f"EXECUTE {self.statement}" + (f" ({given})" if given else "")
        names = [*query.extra_select, *query.values_select, *query.annotation_select]
        self.places = {name: place for place, name in enumerate(names)}
        self.converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])

    def ask(self, connection: BaseDatabaseWrapper, values: dict[str, Any]) -> list[tuple]:
        given = {name: adapt(values[name]) for name, adapt in self.adapters.items()}
        with connection.cursor() as cursor:
            if connection.queries_logged or connection.execute_wrappers:
                # Somebody watches: in the plain form.
                cursor.execute(self.sql, self.fixed | given)
            elif connection.vendor == "sqlite":
                # Django's cursor would write the placeholders anew for every asking.
                with connection.wrap_database_errors:
                    sqlite3.Cursor.execute(cursor.cursor, self.sqlite_sql, self.fixed | given)
            elif connection.vendor == "postgresql" and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
                self._execute(connection, cursor, given)
            else:
                cursor.execute(self.sql, self.fixed | given)
            return cursor.fetchall()

    def _execute(self, connection: BaseDatabaseWrapper, cursor: Any, given: dict[str, Any]) -> None:
        self._prepare(connection, cursor)
        try:
            cursor.execute(self.execute_sql, given)
        except NotSupportedError:
            # A migration has changed the type of a column, and the plan on this connection is of no use any more.
            if connection.in_atomic_block:
                raise
            cursor.execute(f"DEALLOCATE {self.statement}")
            _statements[connection.connection].discard(self.statement)
            self._prepare(connection, cursor)
            cursor.execute(self.execute_sql, given)

    def _prepare(self, connection: BaseDatabaseWrapper, cursor: Any) -> None:
        """PostgreSQL plans these queries for longer than it answers them; a connection keeps the plan."""
        known = _statements.setdefault(connection.connection, set())
        if self.statement not in known:
            cursor.execute(self.prepare_sql, self.fixed)
            known.add(self.statement)


_numbers = count(1)
#: Which statements each connection of the driver keeps.
_statements: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def _with_names(sql: str, names: list[str], write: Callable[[str], str]) -> str:
    """The placeholders of `sql` replaced; what stands for a percent sign still does."""
    return sql.replace("%%", "%%%%") % tuple(map(write, names))


def _adapter(field: Field, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """Puts a value of the field into the driver's form."""
    if isinstance(field, DateTimeField):
        # The field itself would first make sure that it is one.
        return connection.ops.adapt_datetimefield_value
    return lambda value: field.get_db_prep_value(value, connection)


class Row:
    """One row; its columns are attributes and items. `raw` holds them as the database driver gave them."""

    __slots__ = ("_compiled", "_made", "raw")

    def __init__(self, compiled: _Compiled, raw: tuple):
        self._compiled = compiled
        self._made: dict[str, Any] = {}
        self.raw = raw

    def __getitem__(self, name: str) -> Any:
        if name in self._made:
            return self._made[name]
        place = self._compiled.places[name]
        value = self.raw[place]
        if place in self._compiled.converters:
            converters, expression = self._compiled.converters[place]
            for convert in converters:
                value = convert(value, expression, self._compiled.connection)
        self._made[name] = value
        return value

    def as_given(self, name: str) -> Any:
        """A column as the driver gave it, where telling it from others is enough."""
        return self.raw[self._compiled.places[name]]

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(f"The query has no column {name!r}.") from error


AnyRow = TypeVar("AnyRow", bound=Row)


class PreparedQuery(Generic[AnyRow]):
    """A `.values(...)` queryset with `Param`s; `rows(name=value, ...)` asks it."""

    def __init__(self, build: Callable[[], QuerySet], *, row: type[AnyRow], using: str = "default"):
        self.build = build
        self.row = row
        self.using = using
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[AnyRow]:
        connection = connections[self.using]
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = _Compiled(self.build().query, connection)
        return [self.row(compiled, raw) for raw in compiled.ask(connection, values)]
