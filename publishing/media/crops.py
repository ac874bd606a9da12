"""Which cuts and widths of a picture exist, and under which names: shared by the worker, the page and the address."""

from functools import lru_cache

#: The cuts pages use, as width : height; None is the whole picture.
CROPS: dict[str, tuple[int, int] | None] = {"full": None, "3x2": (3, 2), "16x9": (16, 9)}
WIDTHS = (400, 800, 1200, 1600)
#: File endings in the order in which a browser should choose.
FORMATS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}


def crop_size(crop: str, width: int, height: int) -> tuple[int, int]:
    """The size of a cut in pixels of the original."""
    ratio = CROPS[crop]
    if ratio is None:
        return width, height
    across, down = ratio
    if width * down > height * across:
        return max(1, round(height * across / down)), height
    return width, max(1, round(width * down / across))


def crop_box(crop: str, width: int, height: int, focal_x: int, focal_y: int) -> tuple[int, int, int, int]:
    """The cut as (left, top, right, bottom): as near to centred on the focal point (per cent) as the edges allow."""
    cut_width, cut_height = crop_size(crop, width, height)
    left = min(max(round(width * focal_x / 100 - cut_width / 2), 0), width - cut_width)
    top = min(max(round(height * focal_y / 100 - cut_height / 2), 0), height - cut_height)
    return left, top, left + cut_width, top + cut_height


@lru_cache(maxsize=4096)
def widths_of(crop: str, width: int, height: int) -> tuple[int, ...]:
    """The widths in which a cut exists, smallest first: never wider than the picture itself.

    A picture that falls between two steps is also kept in its own width, unless that would save next to nothing.
    """
    available, _height = crop_size(crop, width, height)
    steps = [step for step in WIDTHS if step <= available]
    if not steps:
        return (available,)
    if available < WIDTHS[-1] and available > steps[-1] * 1.15:
        steps.append(available)
    return tuple(steps)


def height_at(crop: str, width: int, height: int, wanted: int) -> int:
    cut_width, cut_height = crop_size(crop, width, height)
    return max(1, round(wanted * cut_height / cut_width))


def rendition_name(token: str, version: int, crop: str, width: int, extension: str) -> str:
    """The name of one rendition in the storage."""
    return f"images/{token}/v{version}/{crop}-{width}.{extension}"
