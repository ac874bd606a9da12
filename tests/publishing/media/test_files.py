"""What happens to a document on its way into the library."""

import random
import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from publishing.media.files import clean_file
from publishing.media.library import add_file
from tests.publishing.media import samples

WHO = samples.CAMERA


def cleaned(content, name="upload.bin", title="Yearly report"):
    return clean_file(samples.upload(content, name), title=title)


def refusal(content, name="upload.bin"):
    with pytest.raises(ValidationError) as caught:
        cleaned(content, name)
    return caught.value


def written(writer):
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def parts_of(content):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.django_db
def test_a_pdf_is_kept_with_its_format_size_and_pages():
    stored = add_file(file=samples.upload(samples.pdf(pages=5), "x.pdf"), title="Yearly report", language="cy")

    assert stored.snapshot() == {
        "url": f"/media/files/{stored.token}/yearly-report.pdf",
        "title": "Yearly report",
        "format": "pdf",
        "size": stored.file.size,
        "pages": 5,
        "language": "cy",
    }


def test_the_author_of_a_pdf_is_removed_and_its_title_set():
    clean = cleaned(samples.pdf(Author=WHO, Creator=WHO, Producer=WHO, Keywords=WHO, Title=WHO))

    assert WHO.encode() not in clean.content
    assert PdfReader(BytesIO(clean.content)).metadata.title == "Yearly report"


def telling_pdf():
    """Descriptions at the document and at a page, a script that runs on opening, and an attached file."""
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    for holder in (writer.root_object, page):
        description = StreamObject()
        description.set_data(samples.telling_xmp() + WHO.encode())
        description[NameObject("/Type")] = NameObject("/Metadata")
        holder[NameObject("/Metadata")] = writer._add_object(description)
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(WHO)})
    writer.add_attachment("notes.txt", WHO.encode())
    writer.root_object["/Names"][NameObject("/JavaScript")] = DictionaryObject(
        {NameObject("/Names"): ArrayObject([TextStringObject("greet"), writer._add_object(script)])}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    return written(writer)


def test_nothing_hidden_in_a_pdf_survives():
    assert WHO.encode() in telling_pdf()

    clean = cleaned(telling_pdf())

    assert [
        sign for sign in [WHO.encode(), samples.PLACE, b"/JavaScript", b"/OpenAction"] if sign in clean.content
    ] == []
    reader = PdfReader(BytesIO(clean.content))
    assert not reader.attachments
    assert len(reader.pages) == 1


def test_a_pdf_still_opens_where_its_maker_meant_it_to():
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    writer.root_object[NameObject("/OpenAction")] = ArrayObject([page.indirect_reference, NameObject("/Fit")])
    writer.root_object[NameObject("/Lang")] = TextStringObject("en-GB")

    root = PdfReader(BytesIO(cleaned(written(writer)).content)).trailer["/Root"]

    assert "/OpenAction" in root
    assert root["/Lang"] == "en-GB"


@pytest.mark.parametrize(
    ("content", "format_", "pages"),
    [
        (samples.docx(), "docx", 7),
        (samples.odt(), "odt", 4),
        (samples.archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}), "xlsx", None),
        (
            samples.archive(
                {
                    "[Content_Types].xml": "<Types/>",
                    "ppt/presentation.xml": "<p/>",
                    "docProps/app.xml": "<Properties><Slides>12</Slides></Properties>",
                }
            ),
            "pptx",
            12,
        ),
        (
            samples.archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}),
            "ods",
            None,
        ),
        (samples.archive({"mimetype": "application/vnd.oasis.opendocument.presentation"}), "odp", None),
    ],
)
def test_office_files_are_told_by_their_content(content, format_, pages):
    clean = cleaned(content, name="something.exe")

    assert (clean.format, clean.pages, clean.name) == (format_, pages, f"yearly-report.{format_}")


@pytest.mark.parametrize("content", [samples.docx(), samples.odt()])
def test_the_author_of_an_office_file_is_removed(content):
    assert any(WHO.encode() in part for part in parts_of(content).values())

    parts = parts_of(cleaned(content).content)

    assert set(parts) == set(parts_of(content))
    assert not any(WHO.encode() in part for part in parts.values())
    assert any(b"<dc:title>Yearly report</dc:title>" in part for part in parts.values())


def test_an_open_document_still_begins_with_its_type():
    clean = cleaned(samples.odt())

    assert clean.content[30:77] == b"mimetypeapplication/vnd.oasis.opendocument.text"


def test_a_title_with_signs_of_markup_does_no_harm():
    clean = cleaned(samples.docx(), title="Fish & <chips>")

    assert clean.name == "fish-chips.docx"
    assert b"Fish &amp; &lt;chips&gt;" in parts_of(clean.content)["docProps/core.xml"]


@pytest.mark.parametrize("title", ["日本", "../../etc/passwd", "CON", "a" * 119, ". . ."])
def test_a_file_is_never_named_after_anything_dangerous(title):
    name = cleaned(samples.pdf(), title=title).name

    assert name.endswith(".pdf")
    assert set(name[:-4]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert 5 < len(name) <= 64


# Refused ------------------------------------------------------------------------------------------------------------


def protected(**options):
    writer = PdfWriter(clone_from=PdfReader(BytesIO(samples.pdf())))
    writer.encrypt(algorithm="AES-256", **options)
    return written(writer)


def with_password_bit():
    content = bytearray(samples.docx())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 1)
    return bytes(content)


def with_one_part_twice():
    return samples.docx(extra={"word/a.xml": b"x", "word/b.xml": b"y"}).replace(b"word/b.xml", b"word/a.xml")


def bomb():
    return samples.docx(extra={f"word/media/{number}.bmp": b"\x00" * 21_000_000 for number in range(10)})


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "empty"),
        (lambda: b"MZ\x90\x00" + b"\x00" * 100, "no_document"),
        (lambda: b"<html><script>alert(1)</script>", "no_document"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_or_encrypted"),
        (lambda: protected(user_password="x"), "encrypted_pdf"),
        (lambda: protected(user_password="", owner_password="y"), "encrypted_pdf"),
        (lambda: samples.pdf()[:300], "damaged_file"),
        (lambda: b"%PDF-1.7\n" + b"\x00" * 500, "damaged_file"),
        (lambda: samples.pdf(pages=0), "damaged_file"),
        (lambda: samples.docx()[:200], "damaged_file"),
        (lambda: b"PK\x03\x04" + b"\x00" * 500, "damaged_file"),
        (lambda: samples.archive({"readme.txt": "hello"}), "archive"),
        (lambda: samples.archive({"word/document.xml": "no list of types"}), "archive"),
        (lambda: samples.docx(extra={"word/vbaProject.bin": b"x"}), "macros"),
        (
            lambda: samples.docx(content_types='<Types a="application/vnd.ms-word.document.macroEnabled.main"/>'),
            "macros",
        ),
        (lambda: samples.docx(extra={"word/activeX/activeX1.bin": b"x"}), "macros"),
        (lambda: samples.odt(extra={"Basic/Standard/Module1.xml": "x"}), "macros"),
        (lambda: samples.docx(extra={"word/run.exe": b"x"}), "macros"),
        (lambda: samples.docx(body="<w:p><w:ins w:author='A'/></w:p>"), "comments"),
        (lambda: samples.docx(body='<w:commentReference w:id="0"/>'), "comments"),
        (lambda: samples.odt(body="<text:tracked-changes>"), "comments"),
        (lambda: samples.odt(body="<office:annotation>"), "comments"),
        (with_password_bit, "encrypted"),
        (lambda: samples.odt(extra={"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "encrypted"),
        (
            lambda: samples.docx(extra={"word/a.xml": b"x", "word/b.xml": b"y"}).replace(b"word/b.xml", b"word/a.xml"),
            "damaged_file",
        ),
        (bomb, "unpacks_too_big"),
        (lambda: samples.docx(extra={f"word/{number}": "" for number in range(5_001)}), "unpacks_too_big"),
    ],
)
def test_a_bad_document_is_refused_with_what_to_do(make, code):
    error = refusal(make())

    assert error.code == code
    assert any(verb in error.messages[0] for verb in ("Save", "save", "Choose", "Upload", "upload"))


def test_a_file_above_20_mb_is_refused_unread():
    class Unreadable(BytesIO):
        size = 50 * 1024 * 1024

        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(ValidationError, match="20 MB"):
        clean_file(Unreadable(), title="Report")


@pytest.mark.parametrize("make", [telling_pdf, samples.docx, samples.odt])
def test_a_document_with_flipped_bytes_is_kept_or_refused_but_never_an_error(make):
    sound = make()
    chance = random.Random(7)
    outcomes = {"kept": 0, "refused": 0}
    for _number in range(60):
        broken = bytearray(sound)
        for _flip in range(chance.choice([1, 5, 40])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            cleaned(bytes(broken))
        except ValidationError:
            outcomes["refused"] += 1
        else:
            outcomes["kept"] += 1

    assert outcomes["refused"] > 0
    assert sum(outcomes.values()) == 60
