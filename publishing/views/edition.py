from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from publishing.reading import AnyEdition, Moved


def edition_response(
    request: HttpRequest, edition: AnyEdition, *, context: dict[str, Any], is_preview: bool = False
) -> HttpResponse:
    """The page of an edition, by the template that it was taken with. A preview goes through here too."""
    return render(request, edition.template_name, {**context, "edition": edition, "is_preview": is_preview})


def answer_moved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let `view` raise `Moved`: it is answered with 301 to where the document lives now."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Moved as moved:
            response = HttpResponsePermanentRedirect(moved.path)
            # A document may move back; a browser that kept both answers would go round in circles.
            response["Cache-Control"] = "no-cache"
            return response

    return answer
