"""News and resources, and what stands beside their pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Resource
from core.content import Period
from publishing.models import Edition
from publishing.reading import related
from publishing.sections import Section, register


def read_next(edition: Edition, period: Period) -> dict[str, Any]:
    """One query."""
    found = related(edition, at=timezone.now())
    return {"related": found[Article.section], "resources": found[Resource.section]}


NEWS = register(Section(Article.section, _("News"), "articles:news", read_next, offered=3))
RESOURCES = register(Section(Resource.section, _("Knowledge"), "articles:resources", read_next, offered=3))
