"""Judging a picture before it is decoded, and cleaning it: what is kept is pixels and nothing else."""

import logging
import re
import threading
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files import File
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from publishing.media.checks import check_size, first_bytes, refused

logger = logging.getLogger(__name__)

MIN_WIDTH = 200
MIN_HEIGHT = 100
MAX_RATIO = 10
#: Longest side of what is kept: more than any screen is sent, and the most a reader can ever download.
MAX_SIDE = 2560
#: JPEG is decoded at a fraction of its size and PNG in one buffer. The decoders of the other two, and that of a
#: progressive JPEG, hold several copies of a picture at once: these limits keep each below 300 MB.
MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 50_000_000, "WEBP": 15_000_000, "AVIF": 16_000_000}
MAX_PROGRESSIVE_PIXELS = 40_000_000
#: How each kind of file begins: those that are kept by Pillow's names, the others by why they are refused.
SIGNS = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "AVIF": re.compile(rb".{4}ftyp(.{4}){0,60}?avi[fs]", re.DOTALL),
    "heic": re.compile(rb".{4}ftyp", re.DOTALL),
    "gif": re.compile(rb"GIF8"),
    "svg": re.compile(rb"[\xef\xbb\xbf \t\r\n]*<"),
}
BAND = 256

#: One upload is decoded at a time in each process, so that several at once cannot add up their memory.
_decoding = threading.Lock()


@dataclass(frozen=True)
class CleanImage:
    """A picture as the library keeps it: upright, in sRGB, at most 2,560 pixels a side, without a byte of metadata."""

    content: bytes
    extension: str
    width: int
    height: int


def clean_image(file: File) -> CleanImage:
    """Judge and re-encode an upload. Raises ValidationError with what to do for everything that cannot be kept."""
    check_size(file)
    kind = recognised(first_bytes(file))
    with _decoding:
        try:
            with Pillow.open(file, formats=[kind]) as source:
                check_header(source, kind)
                orientation = source.getexif().get(0x0112, 1)
                profile = source.info.get("icc_profile")
                small = shrunk(source)
            # All the pixels of the upload are still held by it; from here on the small copy is enough.
            del source
            picture = upright(in_srgb(small, profile), orientation)
        except ValidationError:
            raise
        except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
            raise refused("too_many_pixels", millions=MAX_PIXELS[kind] // 1_000_000) from error
        except Exception as error:
            # Decoders meet hostile bytes here and raise anything at all; whatever it is, the editor chose a bad file.
            logger.info("picture refused", extra={"data": {"error": type(error).__name__}})
            raise refused("damaged_picture") from error
        return encoded(picture)


def recognised(head: bytes) -> str:
    """Pillow's name of the format, told by content alone. Raises ValidationError for every other format."""
    for name, sign in SIGNS.items():
        if sign.match(head):
            if name in MAX_PIXELS:
                return name
            raise refused(name)
    raise refused("no_picture")


def check_header(source: Pillow.Image, kind: str) -> None:
    """Judge what the header says, so that nothing unfit is ever decoded."""
    width, height = source.size
    limit = MAX_PROGRESSIVE_PIXELS if "progressive" in source.info else MAX_PIXELS[kind]
    if width * height > limit:
        raise refused("too_many_pixels", millions=limit // 1_000_000)
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        raise refused("too_small", width=width, height=height)
    if max(width, height) > min(width, height) * MAX_RATIO:
        raise refused("too_narrow")
    # Phones store a second, smaller picture inside a JPEG: that one is a photo all the same.
    if kind != "JPEG" and getattr(source, "n_frames", 1) > 1:
        raise refused("animated")


def upright(picture: Pillow.Image, orientation: int) -> Pillow.Image:
    """The pixels alone, the right way up; RGBA only where something shines through."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.getexif()[0x0112] = orientation
    ImageOps.exif_transpose(picture, in_place=True)
    picture.info = {}
    return picture


def shrunk(source: Pillow.Image) -> Pillow.Image:
    """At most `MAX_SIDE` pixels a side, without ever holding a second copy of a very large picture."""
    longest = max(source.size)
    scale = min(1, MAX_SIDE / longest)
    size = (max(1, round(source.width * scale)), max(1, round(source.height * scale)))
    if source.format in {"JPEG", "MPO"}:
        source.draft(None, size)
    has_alpha = source.has_transparency_data
    source.load()
    factor = max(source.size) // MAX_SIDE
    if factor < 2:
        picture = plain(source, has_alpha)
    else:
        # In bands, because a converted copy of the whole would double the memory.
        picture = Pillow.new(plain(source.crop((0, 0, 1, 1)), has_alpha).mode, reduced_size(source.size, factor))
        for top in range(0, source.height, BAND * factor):
            band = source.crop((0, top, source.width, min(top + BAND * factor, source.height)))
            picture.paste(plain(band, has_alpha).reduce(factor), (0, top // factor))
    return picture if picture.size == size else picture.resize(size, Pillow.Resampling.LANCZOS)


def reduced_size(size: tuple[int, int], factor: int) -> tuple[int, int]:
    return -(-size[0] // factor), -(-size[1] // factor)


def plain(picture: Pillow.Image, has_alpha: bool) -> Pillow.Image:
    """One of the few modes that can be scaled well: L, RGB, RGBA or CMYK."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # Grey of 16 bits; Pillow's own conversion would cut off instead of scaling.
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
        has_alpha = False
    mode = "RGBA" if has_alpha else {"1": "L", "L": "L", "CMYK": "CMYK"}.get(picture.mode, "RGB")
    # Pillow would copy a picture that has the mode already.
    return picture if picture.mode == mode else picture.convert(mode)


def in_srgb(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """Colours as the picture's profile means them. A profile that is broken or for other colours is ignored."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    if profile:
        try:
            source_profile = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                colours, source_profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            colours = converted or colours
        except (ImageCms.PyCMSError, OSError, ValueError) as error:
            logger.info("colour profile ignored", extra={"data": {"error": type(error).__name__}})
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def is_drawing(picture: Pillow.Image) -> bool:
    """Tell whether to keep it without loss: photos get far larger that way, flat colours and lines hardly."""
    sample = picture.resize((512, 512), Pillow.Resampling.NEAREST)
    lossless, lossy = BytesIO(), BytesIO()
    sample.save(lossless, "PNG")
    sample.save(lossy, "JPEG", quality=90)
    return lossless.tell() <= lossy.tell() * 2


def encoded(picture: Pillow.Image) -> CleanImage:
    target = BytesIO()
    if picture.mode == "RGBA" or is_drawing(picture):
        picture.save(target, "PNG")
        extension = "png"
    else:
        picture.save(target, "JPEG", quality=90, progressive=True)
        extension = "jpg"
    return CleanImage(content=target.getvalue(), extension=extension, width=picture.width, height=picture.height)
