"""The icons that browsers and phones ask for, drawn by `collectstatic` in the colours of the brand.

`WHITENOISE_ROOT` sends them at the addresses that everybody tries (`/favicon.ico`, `/apple-touch-icon.png`). The shapes
are those of `templates/art/mark.svg`; a browser test compares the two.
"""

from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from core.brand import brand

#: The drawing is made this many times larger and then reduced, which gives it smooth edges.
OVERSAMPLED = 4


class MarkColours(NamedTuple):
    arch: str
    head: str
    body: str


def draw_mark(size: int, colours: MarkColours, *, fills: float = 1, on: str = "") -> Image.Image:
    """The arch with the figure in it, in a square that it `fills` so far, on nothing or on a colour."""
    whole = size * OVERSAMPLED
    unit = whole * fills / 48
    edge = (whole - 48 * unit) / 2

    def box(left: float, top: float, right: float, bottom: float) -> list[float]:
        # Pillow counts the last pixel in.
        return [edge + left * unit, edge + top * unit, edge + right * unit - 1, edge + bottom * unit - 1]

    picture = Image.new("RGBA", (whole, whole), on or (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse(box(4, 2, 44, 42), fill=colours.arch)
    draw.rectangle(box(4, 22, 44, 46), fill=colours.arch)
    draw.ellipse(box(17.8, 15.8, 30.2, 28.2), fill=colours.head)
    draw.ellipse(box(15, 28.4, 33, 46.4), fill=colours.body)
    draw.rectangle(box(15, 37.4, 33, 46), fill=colours.body)
    # The circle of the body ends below the arch.
    draw.rectangle(box(0, 46, 48, 48), fill=on or (0, 0, 0, 0))
    return picture.resize((size, size), Image.Resampling.BOX)


def draw_icons(folder: Path) -> None:
    """Write every icon into the folder, under the name of its address."""
    found = brand()
    colours = MarkColours(arch=found["brand_colour"] or "black", head=found["accent_colour"] or "white", body="white")
    folder.mkdir(parents=True, exist_ok=True)
    small, tiny = draw_mark(32, colours), draw_mark(16, colours)
    small.save(folder / "favicon.ico", sizes=[(16, 16), (32, 32)], append_images=[tiny])
    for name, size, fills in [
        ("apple-touch-icon", 180, 0.72),
        ("icon-192", 192, 0.88),
        ("icon-512", 512, 0.88),
        # Phones cut it to any shape inside its middle four fifths.
        ("icon-maskable-512", 512, 0.58),
    ]:
        draw_mark(size, colours, fills=fills, on="white").convert("RGB").save(folder / f"{name}.png", optimize=True)
