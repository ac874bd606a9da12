"""Sending a public form as a browser does."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client


def send(client: Client, path: str, post: dict[str, Any], **environ: Any) -> HttpResponse:
    """Go where the answers lead, with their cookies and with the address of the form as the page one comes from.

    Returns the page at the end. `response.request["REQUEST_METHOD"]` is "GET" unless the POST itself was answered by
    a page.
    """
    return client.post(path, post, headers={"referer": f"http://testserver{path}"}, follow=True, **environ)
