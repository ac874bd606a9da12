"""Views that answer with editions."""

from publishing.views.edition import edition_page, render_edition
