"""How editions are answered over HTTP."""

from publishing.views.edition import answer_moved, edition_response

__all__ = ["answer_moved", "edition_response"]
