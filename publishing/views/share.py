"""Sending share pictures: that of a page only while it is live, so that no draft and no embargoed title is seen."""

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from core.content import period_of
from core.http import no_store
from publishing import reading, share

#: What `collectstatic` draws, for the minutes of a new site until the worker has drawn the neutral picture.
STAND_IN = "/icon-512.png"


@require_safe
def page_picture(request: HttpRequest, digest: str, path: str) -> HttpResponseBase:
    """The picture of what is live at `path`, under its present digest; an earlier one leads there.

    The neutral picture stands in while the worker has not drawn it, and where the picture on it is withheld.
    """
    period, now = period_of(request), timezone.now()
    try:
        edition = reading.find(f"/{path}/", at=now)
    except reading.Moved as moved:
        edition = reading.find(moved.path, at=now)
    address = share.address_of(edition, period)
    if address != request.path:
        return HttpResponseRedirect(address)
    found = None
    if edition.image is None or not edition.image.is_withheld:
        found = stored_picture(request, share.picture_of(edition, period))
    return found or instead(share.neutral_address(period))


@require_safe
def site_picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    """The neutral picture."""
    period = period_of(request)
    address = share.neutral_address(period)
    if address != request.path:
        return HttpResponseRedirect(address)
    return stored_picture(request, share.neutral_picture(period)) or instead(STAND_IN)


def stored_picture(request: HttpRequest, picture: share.SharePicture) -> HttpResponseBase | None:
    """None while it is not drawn."""
    try:
        stored = default_storage.open(picture.file_name)
    except FileNotFoundError:
        return None
    etag = f'"{picture.digest}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        stored.close()
    response = unchanged or FileResponse(stored)
    response.headers["ETag"] = etag
    response.headers["Content-Type"] = "image/jpeg"
    return response


def instead(address: str) -> HttpResponseBase:
    """Lead to another picture for now; nobody is to keep that."""
    response = HttpResponseRedirect(address)
    no_store(response)
    return response
