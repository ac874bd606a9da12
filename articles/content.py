"""Registers what readers' pages show of this app (`core.content`)."""

from articles.models import Author, Series
from core.content import watch

watch(Author, Series)
