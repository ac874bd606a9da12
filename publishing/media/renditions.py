"""Making the renditions of a picture: every crop, width and format, each written whole or not at all."""

from io import BytesIO
from itertools import groupby, product
from operator import itemgetter

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from publishing.media.crops import CROPS, FORMATS, crop_box, height_at, rendition_name, widths_of
from publishing.models.media import Image

#: AVIF at speed 8 on one thread: background work leaves the machine to the readers.
OPTIONS: dict[str, dict] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


class OriginalMissing(Exception):
    """The cleaned original is not in the storage, so no rendition can be made."""


def missing_renditions(image: Image, version: int, crop: str) -> list[tuple[int, str, str]]:
    """Width, format and name of every rendition of one crop that is not in the storage, widest first."""
    renditions = [
        (width, extension, rendition_name(image.token, version, crop, width, extension))
        for width in reversed(widths_of(crop, image.width, image.height))
        for extension in FORMATS
    ]
    return [rendition for rendition in renditions if not default_storage.exists(rendition[2])]


def make_renditions(image: Image, *, version: int, crop: str) -> int:
    """Make what is missing of one crop and return how many files that was. Raises OriginalMissing.

    Files that are there already are left alone: editions point to them, and a killed worker goes on where it stopped.
    """
    missing = missing_renditions(image, version, crop)
    if not missing:
        return 0
    try:
        original = default_storage.open(str(image.original.name))
    except FileNotFoundError as error:
        raise OriginalMissing(image.token) from error
    with original, Pillow.open(original, formats=["JPEG", "PNG"]) as source:
        cropped = source.crop(crop_box(crop, image.width, image.height, image.focal_x, image.focal_y))
    # One size in memory at a time; each is made from the crop, not from a smaller copy.
    for width, renditions in groupby(missing, key=itemgetter(0)):
        scaled = cropped.resize((width, height_at(crop, image.width, image.height, width)), Pillow.Resampling.LANCZOS)
        for _width, extension, name in renditions:
            save(on_white(scaled) if extension == "jpg" else scaled, extension, name)
    return len(missing)


def save(picture: Pillow.Image, extension: str, name: str) -> None:
    target = BytesIO()
    picture.save(target, **OPTIONS[extension])
    saved_as = default_storage.save(name, ContentFile(target.getvalue()))
    if saved_as != name:
        # Another worker was quicker, and the storage gave this copy a name of its own.
        default_storage.delete(saved_as)


def on_white(picture: Pillow.Image) -> Pillow.Image:
    """JPEG knows no transparency."""
    if picture.mode != "RGBA":
        return picture
    paper = Pillow.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def make_next(image: Image) -> bool:
    """Make one more crop and return whether any is still missing; `rendered_version` is set with the last.

    A version that was overtaken by a new focal point before it was ready is made too, with the new focal point: an
    edition may point to it already.
    """
    done = 0
    for version, crop in product(range(image.rendered_version + 1, image.version + 1), CROPS):
        if done and missing_renditions(image, version, crop):
            return True
        done += make_renditions(image, version=version, crop=crop)
    Image.objects.filter(pk=image.pk, rendered_version__lt=image.version).update(rendered_version=image.version)
    return False


def make_all(image: Image) -> int:
    """Make whatever is missing of every version, for instance after files were lost. Returns how many files."""
    crops = product(range(1, image.version + 1), CROPS)
    count = sum(make_renditions(image, version=version, crop=crop) for version, crop in crops)
    Image.objects.filter(pk=image.pk, rendered_version__lt=image.version).update(rendered_version=image.version)
    return count
