"""Queries compiled once and asked many times.

Most of what a small query costs in Django is the building of its SQL. Where every request asks the same question, the
question is written as an ordinary queryset with `Param("name")` in place of values, so that rules such as "live at this
moment" stay in their one queryset method; it is compiled once per process and database vendor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, QuerySet


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


class PreparedQuery:
    """A `.values(...)` queryset with `Param`s; `rows(name=value, ...)` gives its rows as dictionaries."""

    def __init__(self, build: Callable[[], QuerySet[Any, dict[str, Any]]], using: str = "default"):
        self.build = build
        self.using = using
        self._compiled: dict[str, tuple] = {}

    def rows(self, **values: Any) -> list[dict[str, Any]]:
        connection = connections[self.using]
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = self._compile()
        sql, params, names, compiler, converters = self._compiled[connection.vendor]
        bound = [
            param.output_field.get_db_prep_value(values[param.name], connection)
            if isinstance(param, _Placeholder)
            else param
            for param in params
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            found = cursor.fetchall()
        return [dict(zip(names, row, strict=True)) for row in compiler.apply_converters(found, converters)]

    def _compile(self) -> tuple:
        query = self.build().query
        compiler = query.get_compiler(self.using)
        sql, params = compiler.as_sql()
        names = [*query.extra_select, *query.values_select, *query.annotation_select]
        converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
        return sql, params, names, compiler, converters
