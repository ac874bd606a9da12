"""`frame`: what stands around a page."""

from django.http import HttpRequest

from pages.frame import load_frame


def frame(request: HttpRequest) -> dict:
    return {"frame": load_frame(path=request.path)}
