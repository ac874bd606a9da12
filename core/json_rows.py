"""Several small lists in one query."""

from __future__ import annotations

from django.db.models import QuerySet, Subquery, TextField


class JsonRows(Subquery):
    """The rows of a `.values(...)` queryset as the text of one JSON list of objects, in their order, in another query.

    Booleans are 0 and 1 from SQLite. Annotations named in `.values()` keep their names.
    """

    def __init__(self, queryset: QuerySet):
        super().__init__(queryset, output_field=TextField())
        query = queryset.query
        self.names = [*query.extra_select, *query.values_select, *query.annotation_select]

    def as_sqlite(self, compiler, connection):
        # Column names of our own models, never words from outside.
        pairs = ", ".join(f"'{name}', json_rows.\"{name}\"" for name in self.names)
        return self.as_sql(
            compiler,
            connection,
            template=f"(SELECT json_group_array(json_object({pairs})) FROM (%(subquery)s) json_rows)",  # noqa: S608
        )

    def as_postgresql(self, compiler, connection):
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT coalesce(json_agg(json_rows), '[]')::text FROM (%(subquery)s) json_rows)",
        )
