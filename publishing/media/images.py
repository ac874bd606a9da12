"""Judging a picture before it is decoded, and cleaning it: what is kept is pixels and nothing else."""

import logging
import threading
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from publishing.media.checks import check_size, first_bytes

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
            raise too_many_pixels(MAX_PIXELS[kind]) from error
        except Exception as error:
            # Decoders meet hostile bytes here and raise anything at all; whatever it is, the editor chose a bad file.
            logger.info("picture refused", extra={"data": {"error": type(error).__name__}})
            raise ValidationError(
                _(
                    "This picture is damaged or incomplete. Open it in a picture program, save it again as JPEG or "
                    "PNG, and upload that copy."
                ),
                code="unreadable",
            ) from error
        return encoded(picture)


def recognised(head: bytes) -> str:
    """Pillow's name of the format, told by content alone. Raises ValidationError for every other format."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = head[8 : min(int.from_bytes(head[:4]), 256)]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        raise ValidationError(
            _(
                "This looks like a HEIC photo or a film. Save the photo as JPEG and upload that. "
                "(On an iPhone: Settings, Camera, Formats, Most Compatible.)"
            ),
            code="format",
        )
    if head.startswith(b"GIF8"):
        raise ValidationError(_("GIF pictures cannot be used. Save it as PNG and upload that."), code="format")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ValidationError(
            _("This is a drawing in SVG or a web page, whatever its name says. Save it as PNG and upload that."),
            code="format",
        )
    raise ValidationError(
        _("This is not a picture the site can use. Save it as JPEG, PNG, WebP or AVIF and upload that."), code="format"
    )


def check_header(source: Pillow.Image, kind: str) -> None:
    """Judge what the header says, so that nothing unfit is ever decoded."""
    width, height = source.size
    limit = MAX_PROGRESSIVE_PIXELS if "progressive" in source.info else MAX_PIXELS[kind]
    if width * height > limit:
        raise too_many_pixels(limit)
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        raise ValidationError(
            _(
                "This picture is too small (%(width)d by %(height)d pixels). It must be at least 200 wide and 100 "
                "high; 1,600 wide is best."
            ),
            code="too_small",
            params={"width": width, "height": height},
        )
    if max(width, height) > min(width, height) * MAX_RATIO:
        raise ValidationError(
            _("This picture is too long and narrow. Cut it so that one side is at most ten times the other."),
            code="too_narrow",
        )
    # Phones store a second, smaller picture inside a JPEG: that one is a photo all the same.
    if kind != "JPEG" and getattr(source, "n_frames", 1) > 1:
        raise ValidationError(
            _("This picture moves. Moving pictures are hard on many readers: save one still of it and upload that."),
            code="animated",
        )


def too_many_pixels(limit: int) -> ValidationError:
    return ValidationError(
        _(
            "This picture has too many pixels: the most for this format is %(millions)d million. "
            "Save a smaller copy as JPEG, for example 2,560 pixels wide, and upload that."
        ),
        code="too_many_pixels",
        params={"millions": limit // 1_000_000},
    )


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
