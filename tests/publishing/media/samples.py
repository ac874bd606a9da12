"""Pictures and documents for the tests of the media library, each made here and now."""

import struct
import zipfile
import zlib
from io import BytesIO

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfWriter

PLACE = b"52.4862N-1.8904W"
CAMERA = "ThatPhoneOfMine"


def upload(content, name="picture.jpg"):
    return SimpleUploadedFile(name, content)


def stored(name):
    """What the storage holds under a name."""
    with default_storage.open(name) as file:
        return file.read()


def names_in(folder):
    """Every file below a folder of the storage, named from there."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return sorted([*names, *(f"{below}/{name}" for below in folders for name in names_in(f"{folder}/{below}"))])


def saved(picture, kind, **options):
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def photo(width=900, height=600):
    """Something with more colours than a drawing: red on the left, green on the right, grain over it."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    grain = Image.effect_noise((width, height), 60)
    return Image.merge("RGB", (across.point(lambda value: 255 - value), across, grain))


def drawing(width=900, height=600, mode="RGB"):
    picture = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width // 2, height // 2), fill="navy")
    return picture


def halves(width=600, height=400):
    """Red above, blue below: tells which way up a picture is."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (0, height // 2, width, height))
    return picture


def telling_exif(orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = CAMERA
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 29.0, 10.0), 3: "W", 4: (1.0, 53.0, 25.0), 29: "2026:11:02"})
    return exif


def telling_xmp():
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>' + PLACE + b"</a></x:xmpmeta>"


def telling_iptc():
    """An APP13 segment as photo desks write it, with a caption."""
    record = b"\x1c\x02\x78" + struct.pack(">H", len(PLACE)) + PLACE
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(record)) + record + (b"\x00" if len(record) % 2 else b"")
    body = b"Photoshop 3.0\x00" + block
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def profile_with_red_for_blue():
    """A colour profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp.").replace(b"bXYZ", b"rXYZ").replace(b"tmp.", b"bXYZ")


def profile_all_red():
    """A profile for print whose every ink comes out red."""
    steps = bytes(range(256))
    table = (
        b"mft1\x00\x00\x00\x00\x04\x03\x02\x00"
        + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
        + steps * 4
        + bytes([136, 208, 195]) * 16
        + steps * 3
    )
    table += b"\x00" * (-len(table) % 4)
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    header = struct.pack(">I4sI4s4s4s", 144 + len(table), b"test", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H4s4s28x3i", 2026, 1, 1, 0, 0, 0, b"acsp", b"APPL", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\x00") + tags + table


def telling(kind, width=900, height=600):
    """A photo whose metadata say who took it, where and with what, in every way its format has."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    facts = {"exif": telling_exif(), "icc_profile": profile}
    if kind == "JPEG":
        content = saved(photo(width, height), "JPEG", comment=PLACE, xmp=telling_xmp(), **facts)
        return content[:2] + telling_iptc() + content[2:]
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", PLACE.decode())
        texts.add_itxt("XML:com.adobe.xmp", telling_xmp().decode())
        texts.add_text("Author", CAMERA, zip=True)
        return saved(photo(width, height), "PNG", pnginfo=texts, **facts)
    return saved(photo(width, height), kind, xmp=telling_xmp(), **facts)


def png_of(width, height, *, depth=1, colour=0):
    """A PNG of any size for next to nothing: all of it black."""
    row = b"\x00" + bytes(-(-width * depth * {0: 1, 2: 3, 6: 4}[colour] // 8))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _number in range(height)) + packer.flush()
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
        (b"IDAT", packed),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def pdf(pages=3, **metadata):
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.add_metadata({f"/{name}": value for name, value in metadata.items()})
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def archive(parts):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def docx(body="<w:p/>", extra=None, content_types="<Types/>"):
    return archive(
        {
            "[Content_Types].xml": content_types,
            "word/document.xml": f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>',
            "docProps/core.xml": f"<cp:coreProperties><dc:creator>{CAMERA}</dc:creator></cp:coreProperties>",
            "docProps/app.xml": f"<Properties><Pages>7</Pages><Company>{CAMERA}</Company></Properties>",
            **(extra or {}),
        }
    )


def odt(body="", extra=None):
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content>{body}</office:document-content>",
            "meta.xml": (
                f"<office:meta><meta:initial-creator>{CAMERA}</meta:initial-creator>"
                '<meta:document-statistic meta:page-count="4"/></office:meta>'
            ),
            "META-INF/manifest.xml": "<manifest:manifest/>",
            **(extra or {}),
        }
    )
