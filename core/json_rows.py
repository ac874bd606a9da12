"""Several small lists in one query."""

from __future__ import annotations

from django.db.models import QuerySet, Subquery
from django.db.models.fields.json import JSONField


class JsonRows(Subquery):
    """The rows of a `.values(...)` queryset as one JSON list of objects, in their order, inside another query.

    Booleans come back as 0 and 1 from SQLite. Annotations named in `.values()` keep their names.
    """

    def __init__(self, queryset: QuerySet):
        super().__init__(queryset, output_field=JSONField())
        query = queryset.query
        self.names = [*query.extra_select, *query.values_select, *query.annotation_select]

    def as_sqlite(self, compiler, connection):
        pairs = ", ".join(f"'{name}', json_rows.\"{name}\"" for name in self.names)
        return self.as_sql(
            compiler,
            connection,
            template=f"(SELECT json_group_array(json_object({pairs})) FROM (%(subquery)s) json_rows)",
        )

    def as_postgresql(self, compiler, connection):
        return self.as_sql(
            compiler, connection, template="(SELECT coalesce(json_agg(json_rows), '[]') FROM (%(subquery)s) json_rows)"
        )
