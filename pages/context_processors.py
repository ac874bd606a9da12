"""`frame`: asked for only when a template touches it, once a page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pages.frame import load_frame


def frame(request: HttpRequest) -> dict:
    return {"frame": SimpleLazyObject(lambda: load_frame(path=request.path))}
