"""Checks that pictures and files for download share."""

from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

MAX_BYTES = 20 * 1024 * 1024
FILE_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
#: Formats of a cleaned picture.
ORIGINAL_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def check_size(file: File) -> None:
    """Raises ValidationError for an empty file and for one above 20 MB, before any of it is read."""
    if not file.size:
        raise ValidationError(_("This file is empty. Choose it again, or save it anew first."), code="empty")
    if file.size > MAX_BYTES:
        raise ValidationError(
            _("This file has %(size)s. The most is 20 MB: save a smaller copy and upload that."),
            code="too_big",
            params={"size": filesizeformat(file.size)},
        )


def first_bytes(file: File, count: int = 1024) -> bytes:
    file.seek(0)
    head = file.read(count)
    file.seek(0)
    return head
