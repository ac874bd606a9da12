"""What readers' pages show of this room (`core.content`)."""

from articles.models import Author, Series
from core.content import watch

watch(Author, Series)
