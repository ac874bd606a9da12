"""Judges and cleans files for download: PDF and office files, told by their content.

Author, company, program and dates are taken out of the file's properties, the title is put in. What is written in the
file itself stays: names in comments and tracked changes cannot be taken out safely, so such files are refused.
"""

import logging
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from xml.sax.saxutils import escape

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.text import slugify
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from publishing.media.checks import FILE_TYPES, MAX_BYTES, check_size, first_bytes, refused

logger = logging.getLogger(__name__)

#: The part that makes a zip archive a file of Microsoft's kind.
OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
#: How office files of the old kind begin, and new ones with a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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
    try:
        if head.startswith(b"%PDF-"):
            format_, (content, pages) = "pdf", clean_pdf(file, title)
        elif head.startswith(b"PK\x03\x04"):
            format_ = office_format(file)
            content, pages = clean_office(file, title, format_)
        else:
            raise refused("old_or_encrypted" if head.startswith(OLD_OFFICE) else "no_document")
    except ValidationError:
        raise
    except Exception as error:
        # The parsers meet hostile bytes here and raise anything at all; whatever it is, the editor chose a bad file.
        logger.info("document refused", extra={"data": {"error": type(error).__name__}})
        raise refused("damaged_file") from error
    if len(content) > MAX_BYTES * 2:
        raise refused("damaged_file")
    name = f"{slugify(title)[:60].strip('-') or 'document'}.{format_}"
    return CleanFile(content=content, name=name, format=format_, pages=pages)


def clean_pdf(file: IO[bytes], title: str) -> tuple[bytes, int | None]:
    reader = PdfReader(file)
    if reader.is_encrypted:
        raise refused("encrypted_pdf")
    pages = reader.get_num_pages()
    if not 0 < pages <= MAX_PAGES:
        raise refused("damaged_file")
    writer = PdfWriter(clone_from=reader)
    writer.metadata = {"/Title": title}
    strip_pdf(writer)
    # Copied once more, because a copy holds nothing but what something points to.
    writer = PdfWriter(clone_from=BytesIO(written(writer)))
    return written(writer), pages


def written(writer: PdfWriter) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def strip_pdf(writer: PdfWriter) -> None:
    """Take out what a reader never sees, wherever it hangs, and an action on opening that is more than a place."""
    root = writer.root_object
    names = root.get("/Names")
    for holder in [*writer._objects, names.get_object() if names is not None else None]:
        if isinstance(holder, DictionaryObject):
            for key in HIDDEN_IN_PDF:
                holder.pop(NameObject(key), None)
    opening = root.get("/OpenAction")
    if opening is not None and isinstance(opening.get_object(), DictionaryObject):
        del root[NameObject("/OpenAction")]


def office_format(file: IO[bytes]) -> str:
    """Tell which office file a zip archive is, by its parts. Raises ValidationError for any other archive."""
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        for format_, part in OFFICE_PARTS.items():
            if {"[Content_Types].xml", part} <= names:
                return format_
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
            kind = archive.read("mimetype").decode("ascii", "replace").strip()
            for format_ in ("odt", "ods", "odp"):
                if kind == FILE_TYPES[format_]:
                    return format_
    raise refused("archive")


def clean_office(file: IO[bytes], title: str, format_: str) -> tuple[bytes, int | None]:
    target = BytesIO()
    pages = None
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as cleaned:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise refused("unpacks_too_big")
        names = [part.filename for part in parts]
        if len(names) != len(set(names)):
            raise refused("damaged_file")
        if any(part.flag_bits & 1 for part in parts) or holds(archive, "META-INF/manifest.xml", b"encryption-data"):
            raise refused("encrypted")
        if any(PROGRAM_PARTS.search(name) for name in names) or holds(archive, "[Content_Types].xml", b"macroenabled"):
            raise refused("macros")
        for part in parts:
            content = archive.read(part)
            trace = COMMENT_MARKERS.get(part.filename)
            if trace and trace.search(content):
                raise refused("comments")
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


def holds(archive: zipfile.ZipFile, part: str, word: bytes) -> bool:
    return part in archive.namelist() and word in archive.read(part).lower()


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
