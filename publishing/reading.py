"""What the public reads: editions by address, and what belongs beside them."""

from __future__ import annotations

from django.http import Http404


class Gone(Http404):
    """The page was public once and is not any more. Answered with 410."""
