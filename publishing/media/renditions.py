"""Making the renditions of a picture: every cut, width and format, each written whole or not at all."""

import time
from functools import partial
from pathlib import Path
from typing import IO

from PIL import Image as Pillow

from publishing.media.crops import CROPS, FORMATS, crop_box, height_at, widths_of
from publishing.media.places import image_folder, original_path, rendition_path, write_whole
from publishing.models.media import Image

#: AVIF at speed 8 on one thread: background work leaves the machine to the readers.
OPTIONS: dict[str, dict] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}
ABANDONED_AFTER = 3600


class OriginalMissing(Exception):
    """The cleaned original is not on the disk, so no rendition can be made."""


def is_complete(image: Image, version: int, crop: str) -> bool:
    return all(path.is_file() for _width, _format, path in renditions_of(image, version, crop))


def renditions_of(image: Image, version: int, crop: str) -> list[tuple[int, str, Path]]:
    return [
        (width, extension, rendition_path(image.token, version, crop, width, extension))
        for width in reversed(widths_of(crop, image.width, image.height))
        for extension in FORMATS
    ]


def make_renditions(image: Image, *, version: int, crop: str) -> int:
    """Make what is missing of one cut and return how many files that was. Raises OriginalMissing.

    Files that are there already are left alone: editions point to them, and a killed worker goes on where it stopped.
    """
    missing = [row for row in renditions_of(image, version, crop) if not row[2].is_file()]
    if not missing:
        return 0
    source_path = original_path(image.token)
    if source_path is None:
        raise OriginalMissing(image.token)
    with Pillow.open(source_path, formats=["JPEG", "PNG"]) as source:
        cut = source.crop(crop_box(crop, image.width, image.height, image.focal_x, image.focal_y))
    scaled: dict[int, Pillow.Image] = {}
    for width, extension, path in missing:
        if width not in scaled:
            # One size in memory at a time; the next is made from the cut again, not from a smaller copy.
            scaled = {width: resized(cut, width, height_at(crop, image.width, image.height, width))}
        picture = on_white(scaled[width]) if extension == "jpg" else scaled[width]
        write_whole(path, partial(save, picture, extension))
    return len(missing)


def save(picture: Pillow.Image, extension: str, target: IO[bytes]) -> None:
    picture.save(target, **OPTIONS[extension])


def resized(picture: Pillow.Image, width: int, height: int) -> Pillow.Image:
    if picture.size == (width, height):
        return picture
    return picture.resize((width, height), Pillow.Resampling.LANCZOS)


def on_white(picture: Pillow.Image) -> Pillow.Image:
    """JPEG knows no transparency."""
    if picture.mode != "RGBA":
        return picture
    paper = Pillow.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def make_next(image: Image) -> bool:
    """Make one more cut and return whether any is still missing; `rendered_version` is set with the last.

    A version that was overtaken by a new focal point before it was ready is made too, with the new focal point: an
    edition may point to it already.
    """
    done = 0
    for version in range(image.rendered_version + 1, image.version + 1):
        for crop in CROPS:
            if is_complete(image, version, crop):
                continue
            if done:
                return True
            done = make_renditions(image, version=version, crop=crop)
        Image.objects.filter(pk=image.pk, rendered_version__lt=version).update(rendered_version=version)
    clear_parts(image)
    return False


def make_all(image: Image) -> int:
    """Make whatever is missing of every version, for instance after files were lost. Returns how many files."""
    made = sum(
        make_renditions(image, version=version, crop=crop) for version in range(1, image.version + 1) for crop in CROPS
    )
    Image.objects.filter(pk=image.pk, rendered_version__lt=image.version).update(rendered_version=image.version)
    clear_parts(image)
    return made


def clear_parts(image: Image) -> None:
    """Remove what killed workers left half written; another worker may still be writing anything younger."""
    for part in image_folder(image.token).rglob(".*.part"):
        if part.is_file() and part.stat().st_mtime < time.time() - ABANDONED_AFTER:
            part.unlink(missing_ok=True)
