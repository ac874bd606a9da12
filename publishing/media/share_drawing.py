"""Draws share pictures in the site's own type and colours."""

import unicodedata
from functools import cache
from io import BytesIO
from itertools import groupby

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageColor, ImageDraw, ImageFont, ImageOps

from core.brand import brand
from core.icons import OVERSAMPLED, MarkColours, draw_mark
from publishing.models import Image
from publishing.share import HEIGHT, WIDTH, SharePicture

#: The site's own type. Each character is taken from the first of the files that has it: ŵ and ŷ are in the second.
FONT_FILES = ("besley-latin.woff2", "besley-latin-ext.woff2")
WEIGHT = 600
EDGE = 72
#: The arch at the right, down to the lower edge.
ARCH = (752, 96, WIDTH - EDGE, HEIGHT)
TEXT_WIDTH = ARCH[0] - 56 - EDGE
#: What is too long in this size is left out.
KICKER_SIZE = 30
#: The title stands between these two lines.
TITLE_TOP, TITLE_BOTTOM = 130, 456
#: The largest size in which the title fits; from `BREAKS_AT` down, a word that is too long for a line is broken.
TITLE_SIZES = range(74, 17, -4)
BREAKS_AT = 42
LINE_HEIGHT = 1.16


def save_picture(picture: SharePicture, image: Image | None = None) -> bool:
    """Draw the picture and store it, unless it is there. Tells whether it was missing."""
    if default_storage.exists(picture.file_name):
        return False
    target = BytesIO()
    draw(picture, image).save(target, "JPEG", quality=86, subsampling=0, optimize=True, progressive=True)
    saved_as = default_storage.save(picture.file_name, ContentFile(target.getvalue()))
    if saved_as != picture.file_name:
        # Another worker was quicker.
        default_storage.delete(saved_as)
    return True


def draw(picture: SharePicture, image: Image | None = None) -> Pillow.Image:
    colours = brand()
    ground, accent = colours["brand_colour"] or "black", colours["accent_colour"] or "white"
    card = Pillow.new("RGB", (WIDTH, HEIGHT), ground)
    title = drawable(picture.title)
    if not title:
        draw_neutral(card, drawable(picture.site_name), ground, accent)
        return card
    draw_arch(card, image, ground, accent)
    kicker = drawable(picture.kicker)
    if length(kicker, KICKER_SIZE) <= TEXT_WIDTH:
        draw_line(card, (EDGE, EDGE), kicker, KICKER_SIZE, accent)
    size, lines = fit(title)
    height = round(size * LINE_HEIGHT)
    for number, line in enumerate(lines):
        draw_line(card, (EDGE, TITLE_TOP + number * height), line, size, "white")
    mark = draw_mark(72, MarkColours("white", accent, ground))
    card.paste(mark, (EDGE - 6, HEIGHT - EDGE - 62), mark)
    name = drawable(picture.site_name)
    size = size_of_name(name, range(32, 11, -2), TEXT_WIDTH - 84)
    draw_line(card, (EDGE + 84, HEIGHT - EDGE - 44), name, size, "white")
    return card


def draw_neutral(card: Pillow.Image, name: str, ground: str, accent: str) -> None:
    mark = draw_mark(300, MarkColours("white", accent, ground))
    card.paste(mark, ((WIDTH - 300) // 2, 76), mark)
    size = size_of_name(name, range(84, 23, -4), WIDTH - 2 * EDGE)
    draw_line(card, ((WIDTH - round(length(name, size))) // 2, 420), name, size, "white")


def draw_arch(card: Pillow.Image, image: Image | None, ground: str, accent: str) -> None:
    """The picture of the page in the shape of the mark, or the figure of the mark in a paler arch."""
    left, top, right, bottom = ARCH
    width, height = right - left, bottom - top
    shape = Pillow.new("L", (width * OVERSAMPLED, height * OVERSAMPLED), 0)
    whole = width * OVERSAMPLED
    draw = ImageDraw.Draw(shape)
    draw.ellipse((0, 0, whole - 1, whole - 1), fill=255)
    draw.rectangle((0, whole // 2, whole, height * OVERSAMPLED), fill=255)
    shape = shape.resize((width, height), Pillow.Resampling.BOX)
    if image:
        with default_storage.open(str(image.original.name)) as file, Pillow.open(file) as source:
            focus = (image.focal_x / 100, image.focal_y / 100)
            paper = Pillow.new("RGBA", source.size, "white")
            paper.alpha_composite(source.convert("RGBA"))
            inside = ImageOps.fit(paper.convert("RGB"), (width, height), Pillow.Resampling.LANCZOS, centering=focus)
    else:
        inside = Pillow.new("RGB", (width, height), mixed(ground, 0.14))
        draw_figure(inside, accent)
    card.paste(inside, (left, top), shape)


def draw_figure(arch: Pillow.Image, accent: str) -> None:
    """Head and body of the mark, in an arch as wide as that of the mark."""
    unit = arch.width / 40
    figure = Pillow.new("RGBA", (arch.width * OVERSAMPLED, arch.height * OVERSAMPLED), (0, 0, 0, 0))
    draw, middle, bottom = ImageDraw.Draw(figure), figure.width / 2, figure.height
    across = 9 * unit * OVERSAMPLED
    shoulders = bottom - across * 2.1
    draw.ellipse((middle - across, shoulders, middle + across, shoulders + 2 * across), fill="white")
    draw.rectangle((middle - across, shoulders + across, middle + across, bottom), fill="white")
    head = 6.2 * unit * OVERSAMPLED
    draw.ellipse((middle - head, shoulders - 2 * head, middle + head, shoulders), fill=accent)
    figure = figure.resize(arch.size, Pillow.Resampling.BOX)
    arch.paste(figure, mask=figure)


def mixed(colour: str, white: float) -> tuple[int, ...]:
    """A colour with so much white in it."""
    return tuple(round(part + (255 - part) * white) for part in ImageColor.getrgb(colour)[:3])


# Text --------------------------------------------------------------------------------------------------------------


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    path = settings.BASE_DIR / "static" / "fonts" / name
    # The plain layout, so that pictures are the same where another one is installed.
    found = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    found.set_variation_by_axes([WEIGHT])
    return found


@cache
def font_file_for(character: str) -> str | None:
    """The first file that has it. What a file does not have, it draws as nothing."""
    if character == " ":
        return FONT_FILES[0]
    return next((name for name in FONT_FILES if font(name, 32).getmask(character).getbbox()), None)


def drawable(text: str) -> str:
    """The text without what the type does not have, such as emoji."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return " ".join("".join(filter(font_file_for, composed)).split())


def runs(text: str, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """The text in pieces that one file can draw."""
    return [("".join(piece), font(str(name), size)) for name, piece in groupby(text, key=font_file_for)]


def length(text: str, size: int) -> float:
    return sum(type_.getlength(piece) for piece, type_ in runs(text, size))


def draw_line(card: Pillow.Image, place: tuple[float, float], text: str, size: int, fill: str) -> None:
    x, y = place
    draw = ImageDraw.Draw(card)
    baseline = y + font(FONT_FILES[0], size).getmetrics()[0]
    for piece, type_ in runs(text, size):
        draw.text((x, baseline), piece, font=type_, fill=fill, anchor="ls")
        x += type_.getlength(piece)


def size_of_name(name: str, sizes: range, width: int) -> int:
    return next((size for size in sizes if length(name, size) <= width), sizes[-1])


def fit(title: str) -> tuple[int, list[str]]:
    """The largest size in which the title fits, and its lines."""
    size, lines = TITLE_SIZES[-1], [title]
    for size in TITLE_SIZES:
        lines = wrapped(title, size, TEXT_WIDTH)
        is_narrow = all(length(line, size) <= TEXT_WIDTH for line in lines)
        if is_narrow and len(lines) * size * LINE_HEIGHT <= TITLE_BOTTOM - TITLE_TOP:
            break
    # As many lines, but as even as they can be: no last word stands alone.
    for width in range(TEXT_WIDTH, TEXT_WIDTH // 2, -16):
        narrower = wrapped(title, size, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return size, lines


def wrapped(title: str, size: int, width: int) -> list[str]:
    lines = [""]
    for word in title.split():
        if length(f"{lines[-1]} {word}".strip(), size) <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif size <= BREAKS_AT:
            lines += broken(word, size, width)
        else:
            lines.append(word)
    return [line for line in lines if line]


def broken(word: str, size: int, width: int) -> list[str]:
    """The word, in several pieces if it is too long for a line."""
    pieces = [""]
    for character in word:
        if length(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
