"""What pictures and files for download have in common when they are judged, and what editors are told of a bad one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

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

#: Why an upload is refused, and what to do about it.
REFUSALS = {
    "empty": _("This file is empty. Choose it again, or save it anew first."),
    "too_big": _("This file has %(size)s. The most is 20 MB: save a smaller copy and upload that."),
    "archive": _("This is an archive, not a document. Upload the files in it one by one, best as PDF."),
    "damaged_file": _(
        "This file is damaged or incomplete. Open it in the program it was made with, save it again, "
        "and upload that copy."
    ),
    "no_document": _("This is not a PDF or office file, whatever its name says. Save it as PDF and upload that."),
    "old_or_encrypted": _(
        "This is an office file of the old kind, or one with a password. Open it, take the password off, "
        "save it as .docx, .xlsx, .pptx or PDF, and upload that."
    ),
    "encrypted": _("This file has a password. Save it without one and upload that."),
    "encrypted_pdf": _(
        "This PDF is protected, which also shuts out programs that read aloud. Save it without a password or "
        "restrictions and upload that."
    ),
    "unpacks_too_big": _("This file unpacks to far too much. Save it again with smaller pictures and upload that."),
    "macros": _(
        "This file holds macros or other programs, which readers' computers may block. "
        "Save it without macros, or as PDF, and upload that."
    ),
    "comments": _(
        "This file still holds comments or tracked changes, which readers could open. Accept or remove "
        "them all, save the file and upload it again."
    ),
    "damaged_picture": _(
        "This picture is damaged or incomplete. Open it in a picture program, save it again as JPEG or "
        "PNG, and upload that copy."
    ),
    "heic": _(
        "This looks like a HEIC photo or a film. Save the photo as JPEG and upload that. "
        "(On an iPhone: Settings, Camera, Formats, Most Compatible.)"
    ),
    "gif": _("GIF pictures cannot be used. Save it as PNG and upload that."),
    "svg": _("This is a drawing in SVG or a web page, whatever its name says. Save it as PNG and upload that."),
    "no_picture": _("This is not a picture the site can use. Save it as JPEG, PNG, WebP or AVIF and upload that."),
    "too_many_pixels": _(
        "This picture has too many pixels: the most for this format is %(millions)d million. "
        "Save a smaller copy as JPEG, for example 2,560 pixels wide, and upload that."
    ),
    "too_small": _(
        "This picture is too small (%(width)d by %(height)d pixels). It must be at least 200 wide and 100 "
        "high; 1,600 wide is best."
    ),
    "too_narrow": _("This picture is too long and narrow. Cut it so that one side is at most ten times the other."),
    "animated": _(
        "This picture moves. Moving pictures are hard on many readers: save one still of it and upload that."
    ),
}


def refused(code: str, **params: Any) -> ValidationError:
    return ValidationError(REFUSALS[code], code=code, params=params)


def check_size(file: File) -> None:
    """Raises ValidationError for an empty file and for one above 20 MB, before any of it is read."""
    if not file.size:
        raise refused("empty")
    if file.size > MAX_BYTES:
        raise refused("too_big", size=filesizeformat(file.size))


def first_bytes(file: File) -> bytes:
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    return head
