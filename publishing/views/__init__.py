"""How editions are answered over HTTP."""

from publishing.views.edition import edition_page, render_edition

__all__ = ["edition_page", "render_edition"]
