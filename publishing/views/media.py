"""Sending the files of the media library: only names that the library itself gives, as what they are."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from publishing.media.crops import FORMATS, widths_of
from publishing.media.files import TYPES
from publishing.media.places import ORIGINALS, file_folder, original_path, rendition_path
from publishing.models import Image, MediaFile
from publishing.reading import Gone

FOR_GOOD = "public, max-age=31536000, immutable"
#: A file for download can be taken off the site; a day is long enough for a reader to come back to it.
FOR_A_DAY = "public, max-age=86400"
NOT_YET = "no-store"


@require_safe
def image(request: HttpRequest, token: str, version: str, crop: str, width: str, extension: str) -> HttpResponseBase:
    """One rendition. While the worker has not made it yet: the cleaned original, which nobody is to keep."""
    path = rendition_path(token, int(version), crop, int(width), extension)
    try:
        return sent(request, path, content_type=FORMATS[extension], cache=FOR_GOOD)
    except FileNotFoundError:
        row = Image.objects.filter(token=token).only("version", "width", "height", "taken_off_at").first()
        if row is not None and row.taken_off_at:
            raise Gone from None
        if row is None or int(version) > row.version or int(width) not in widths_of(crop, row.width, row.height):
            raise Http404 from None
    original = original_path(token)
    if original is None:
        raise Http404
    return sent(request, original, content_type=ORIGINALS[original.suffix[1:]], cache=NOT_YET)


@require_safe
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One file for download, always saved and never opened inside the page."""
    path = file_folder(token) / name
    try:
        response = sent(request, path, content_type=TYPES[path.suffix[1:]], cache=FOR_A_DAY)
    except FileNotFoundError:
        is_taken_off = MediaFile.objects.filter(token=token, taken_off_at__isnull=False).exists()
        raise Gone if is_taken_off else Http404 from None
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def sent(request: HttpRequest, path: Path, *, content_type: str, cache: str) -> HttpResponseBase:
    """The file, its headers alone, or 304 when the reader has it already. Raises FileNotFoundError."""
    facts = path.stat()
    response = HttpResponse() if request.method == "HEAD" else FileResponse(path.open("rb"))
    response.headers["Content-Length"] = str(facts.st_size)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = cache
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if cache == NOT_YET:
        return response
    changed = int(facts.st_mtime)
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed)
    unchanged = get_conditional_response(request, etag=etag, last_modified=changed)
    if unchanged is None:
        return response
    response.close()
    for name in ("Cache-Control", "ETag", "Last-Modified", "Cross-Origin-Resource-Policy"):
        unchanged.headers[name] = response.headers[name]
    return unchanged
