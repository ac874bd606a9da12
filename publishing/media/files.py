"""Judges and cleans files for download: PDF and office files, told by their content.

Author, company, program and dates are taken out of the file's properties, the title is put in. What is written in the
file itself stays: names in comments and tracked changes cannot be taken out safely, so such files are refused.
"""

import logging
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.sax.saxutils import escape

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.text import slugify
from django.utils.translation import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from publishing.media.checks import FILE_TYPES, MAX_BYTES, check_size, first_bytes

logger = logging.getLogger(__name__)

#: The part that makes a zip archive a file of Microsoft's kind.
OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
MAX_PARTS = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PAGES = 10_000
PROGRAM_PARTS = re.compile(
    r"vbaProject|macrosheets/|activeX/|(^|/)(Basic|Scripts)/|\.(exe|dll|js|vbs|bat|cmd|jar)$", re.I
)
PAGE_COUNT = {
    "docx": re.compile(rb"<(?:\w+:)?Pages>(\d{1,6})<"),
    "pptx": re.compile(rb"<(?:\w+:)?Slides>(\d{1,6})<"),
    "odt": re.compile(rb'page-count="(\d{1,6})"'),
}
#: Signs of comments and tracked changes in the part that may hold them.
COMMENT_MARKERS = {
    "word/document.xml": re.compile(rb"<w:(ins|del|moveFrom|moveTo|commentReference)\b"),
    "content.xml": re.compile(rb"<(office:annotation|text:tracked-changes)\b"),
}


#: Parts of a PDF that no reader sees: descriptions, private data of programs, scripts and attached files.
HIDDEN_IN_PDF = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/AF")


@dataclass(frozen=True)
class CleanFile:
    """A file as the library keeps it, with a file name made from its title."""

    content: bytes
    name: str
    format: str
    pages: int | None


def clean_file(file: File, *, title: str) -> CleanFile:
    """Judge and clean an upload. Raises ValidationError with what to do for everything that cannot be kept."""
    check_size(file)
    head = first_bytes(file)
    clean: Callable[[IO[bytes], str, str], tuple[bytes, int | None]]
    if head.startswith(b"%PDF-"):
        format_, clean = "pdf", clean_pdf
    elif head.startswith(b"PK\x03\x04"):
        format_, clean = office_format(file), clean_office
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise ValidationError(
            _(
                "This is an office file of the old kind, or one with a password. Open it, take the password off, "
                "save it as .docx, .xlsx, .pptx or PDF, and upload that."
            ),
            code="old_or_encrypted",
        )
    else:
        raise ValidationError(
            _("This is not a PDF or office file, whatever its name says. Save it as PDF and upload that."),
            code="format",
        )
    try:
        content, pages = clean(file, title, format_)
    except ValidationError:
        raise
    except Exception as error:
        # The parsers meet hostile bytes here and raise anything at all; whatever it is, the editor chose a bad file.
        logger.info("file refused", extra={"data": {"error": type(error).__name__}})
        raise damaged_error() from error
    if len(content) > MAX_BYTES * 2:
        raise damaged_error()
    name = f"{slugify(title)[:60].strip('-') or 'document'}.{format_}"
    return CleanFile(content=content, name=name, format=format_, pages=pages)


def damaged_error() -> ValidationError:
    return ValidationError(
        _(
            "This file is damaged or incomplete. Open it in the program it was made with, save it again, "
            "and upload that copy."
        ),
        code="unreadable",
    )


def clean_pdf(file: IO[bytes], title: str, format_: str) -> tuple[bytes, int | None]:
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise ValidationError(
            _(
                "This PDF is protected, which also shuts out programs that read aloud. Save it without a password or "
                "restrictions and upload that."
            ),
            code="encrypted",
        )
    pages = reader.get_num_pages()
    if not 0 < pages <= MAX_PAGES:
        raise damaged_error()
    writer = PdfWriter(clone_from=reader)
    writer.metadata = {"/Title": title}
    strip_pdf(writer)
    target = BytesIO()
    writer.write(target)
    return target.getvalue(), pages


def strip_pdf(writer: PdfWriter) -> None:
    """Take out what a reader never sees, wherever it hangs, and an action on opening that is more than a place."""
    root = writer.root_object
    names = root.get("/Names")
    for holder in [*writer._objects, names.get_object() if names is not None else None]:
        if isinstance(holder, DictionaryObject):
            for key in HIDDEN_IN_PDF:
                if key in holder:
                    del holder[NameObject(key)]
    opening = root.get("/OpenAction")
    if opening is not None and isinstance(opening.get_object(), DictionaryObject):
        del root[NameObject("/OpenAction")]
    drop_unreachable(writer)


def drop_unreachable(writer: PdfWriter) -> None:
    """Leave out what nothing points to any more: pypdf would write it all the same."""
    reached: set[int] = set()
    waiting: list[object] = [
        part.indirect_reference for part in (writer.root_object, writer._info, writer._ID) if part is not None
    ]
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in reached:
                continue
            reached.add(item.idnum)
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            waiting.extend(item.values())
        elif isinstance(item, ArrayObject):
            waiting.extend(item)
    for number in range(1, len(writer._objects) + 1):
        if number not in reached:
            writer._objects[number - 1] = None


def office_format(file: IO[bytes]) -> str:
    """Tell which office file a zip archive is, by its parts. Raises ValidationError for any other archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                for format_, part in OFFICE_PARTS.items():
                    if part in names:
                        return format_
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                for format_ in ("odt", "ods", "odp"):
                    if kind == FILE_TYPES[format_]:
                        return format_
    except Exception as error:
        logger.info("archive refused", extra={"data": {"error": type(error).__name__}})
        raise damaged_error() from error
    raise ValidationError(
        _("This is an archive, not a document. Upload the files in it one by one, best as PDF."), code="format"
    )


def clean_office(file: IO[bytes], title: str, format_: str) -> tuple[bytes, int | None]:
    target = BytesIO()
    pages = None
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as cleaned:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise ValidationError(
                _("This file unpacks to far too much. Save it again with smaller pictures and upload that."),
                code="too_big",
            )
        names = [part.filename for part in parts]
        if len(names) != len(set(names)):
            raise damaged_error()
        if any(part.flag_bits & 1 for part in parts) or is_encrypted_odf(archive, names):
            raise ValidationError(_("This file has a password. Save it without one and upload that."), code="encrypted")
        if any(PROGRAM_PARTS.search(name) for name in names) or has_macro_type(archive, names):
            raise ValidationError(
                _(
                    "This file holds macros or other programs, which readers' computers may block. "
                    "Save it without macros, or as PDF, and upload that."
                ),
                code="macros",
            )
        for part in parts:
            content = archive.read(part)
            trace = COMMENT_MARKERS.get(part.filename)
            if trace and trace.search(content):
                raise ValidationError(
                    _(
                        "This file still holds comments or tracked changes, which readers could open. Accept or remove "
                        "them all, save the file and upload it again."
                    ),
                    code="comments",
                )
            if part.filename in {"docProps/app.xml", "meta.xml"}:
                pages = page_count(format_, content)
            if part.filename in PROPERTIES:
                content = PROPERTIES[part.filename].format(title=escape(title)).encode()
            kept = zipfile.ZipInfo(part.filename)
            # OpenDocument wants its type first and unpacked, so that it can be told from the first bytes.
            kept.compress_type = zipfile.ZIP_STORED if part.filename == "mimetype" else zipfile.ZIP_DEFLATED
            cleaned.writestr(kept, content)
    return target.getvalue(), pages


def page_count(format_: str, properties: bytes) -> int | None:
    pattern = PAGE_COUNT.get(format_)
    match = pattern.search(properties) if pattern else None
    count = int(match[1]) if match else 0
    return count if 0 < count <= MAX_PAGES else None


def is_encrypted_odf(archive: zipfile.ZipFile, names: list[str]) -> bool:
    manifest = "META-INF/manifest.xml"
    return manifest in names and b"encryption-data" in archive.read(manifest)


def has_macro_type(archive: zipfile.ZipFile, names: list[str]) -> bool:
    types = "[Content_Types].xml"
    return types in names and b"macroenabled" in archive.read(types).lower()


#: The properties of an office file are replaced by these, which hold the title and nothing else.
PROPERTIES = {
    "docProps/core.xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
    ),
    "docProps/app.xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
    ),
    "docProps/custom.xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
    ),
    "meta.xml": (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3">'
        "<office:meta><dc:title>{title}</dc:title></office:meta></office:document-meta>"
    ),
}
