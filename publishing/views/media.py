"""Sending the files of the media library: only names that the library itself gives, as what they are.

Every request asks the row first: what is withheld is gone at the next one, in every process and on every storage.
"""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from publishing.media.checks import FILE_TYPES, ORIGINAL_TYPES
from publishing.media.crops import FORMATS, rendition_name, widths_of
from publishing.models import Image, MediaFile
from publishing.reading import Gone


@require_safe
def image(request: HttpRequest, token: str, version: str, crop: str, width: str, extension: str) -> HttpResponseBase:
    """One rendition. While the worker has not made it yet: the cleaned original, which nobody is to keep."""
    facts = ("token", "version", "width", "height", "original", "uploaded_at", "withheld_at")
    row = get_object_or_404(Image.objects.only(*facts), token=token)
    if row.withheld_at:
        raise Gone
    if int(version) > row.version or int(width) not in widths_of(crop, row.width, row.height):
        raise Http404
    name = rendition_name(token, int(version), crop, int(width), extension)
    try:
        return checked(request, row, name, FORMATS[extension])
    except FileNotFoundError:
        pass
    original = str(row.original.name)
    try:
        response = sent(request, original, ORIGINAL_TYPES[original.rpartition(".")[2]])
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One file for download, always saved and never opened inside the page."""
    row = get_object_or_404(
        MediaFile.objects.only("token", "file", "format", "uploaded_at", "withheld_at"), token=token
    )
    if row.withheld_at:
        raise Gone
    if row.file.name != f"files/{token}/{name}":
        raise Http404
    try:
        response = checked(request, row, str(row.file.name), FILE_TYPES[row.format])
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def checked(request: HttpRequest, row: Image | MediaFile, name: str, content_type: str) -> HttpResponseBase:
    """The file, its headers alone, or 304 to a reader who has it. Raises FileNotFoundError.

    A browser asks every time, so that it learns at once what is withheld or there again. What an address shows never
    changes, so the row alone tells that a reader has it; the storage is not asked.
    """
    etag, modified = f'"{row.token}"', int(row.uploaded_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    response = unchanged or sent(request, name, content_type)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = "no-cache"
    return response


def sent(request: HttpRequest, name: str, content_type: str) -> HttpResponseBase:
    """The file or its headers alone. Raises FileNotFoundError."""
    stored = default_storage.open(name)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(headers={"Content-Length": stored.size})
        stored.close()
    else:
        response = FileResponse(stored)
    response.headers["Content-Type"] = content_type
    return response
