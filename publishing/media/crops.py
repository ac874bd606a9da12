"""The crops and widths in which a picture exists, and their names, for the worker, the page and the address."""

#: The cuts pages use, as width : height; None is the whole picture.
CROPS: dict[str, tuple[int, int] | None] = {"full": None, "3x2": (3, 2), "16x9": (16, 9)}
WIDTHS = (400, 800, 1200, 1600)
#: File endings in the order in which a browser should choose.
FORMATS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}


def crop_size(crop: str, width: int, height: int) -> tuple[int, int]:
    """The size of a crop in pixels of the original."""
    ratio = CROPS[crop]
    if ratio is None:
        return width, height
    across, down = ratio
    if width * down > height * across:
        return max(1, round(height * across / down)), height
    return width, max(1, round(width * down / across))


def crop_box(crop: str, width: int, height: int, focal_x: int, focal_y: int) -> tuple[int, int, int, int]:
    """The crop as (left, top, right, bottom): as near to centred on the focal point (per cent) as the edges allow."""
    crop_width, crop_height = crop_size(crop, width, height)
    left = min(max(round(width * focal_x / 100 - crop_width / 2), 0), width - crop_width)
    top = min(max(round(height * focal_y / 100 - crop_height / 2), 0), height - crop_height)
    return left, top, left + crop_width, top + crop_height


def widths_of(crop: str, width: int, height: int) -> tuple[int, ...]:
    """The widths in which a crop exists, smallest first: never wider than the picture itself.

    A picture that falls between two steps is also kept in its own width, unless that would save next to nothing.
    """
    available, _height = crop_size(crop, width, height)
    steps = [step for step in WIDTHS if step <= available]
    if not steps:
        return (available,)
    if available < WIDTHS[-1] and available > steps[-1] * 1.15:
        steps.append(available)
    return tuple(steps)


def height_at(crop: str, width: int, height: int, target_width: int) -> int:
    crop_width, crop_height = crop_size(crop, width, height)
    return max(1, round(target_width * crop_height / crop_width))


def rendition_name(token: str, version: int, crop: str, width: int, extension: str) -> str:
    """The name of one rendition in the storage."""
    return f"images/{token}/v{version}/{crop}-{width}.{extension}"
