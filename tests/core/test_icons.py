"""The icons that browsers and phones ask for by themselves."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image, ImageColor

from core import brand
from core.icons import draw_icons
from core.staticfiles import ROOT_FOLDER, StaticStorage

OTHER = "#0b4f2a"


@pytest.fixture(scope="module")
def icons(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    draw_icons(folder)
    return folder


def colours_in(path: Path) -> set[tuple[int, ...]]:
    with Image.open(path) as icon:
        return {colour[:3] for _count, colour in icon.convert("RGBA").getcolors(100_000) if colour[3] == 255}


@pytest.mark.parametrize(
    ("name", "size"),
    [("favicon.ico", 32), ("apple-touch-icon.png", 180), ("icon-192.png", 192), ("icon-512.png", 512)],
)
def test_each_icon_has_its_size_and_the_colours_of_the_brand(icons, name, size):
    with Image.open(icons / name) as icon:
        assert icon.size == (size, size)
    wanted = {ImageColor.getrgb(colour) for colour in brand.brand().values()}
    assert wanted <= colours_in(icons / name)


def test_old_browsers_find_a_small_icon_beside_the_usual_one(icons):
    with Image.open(icons / "favicon.ico") as icon:
        assert icon.ico.sizes() == {(16, 16), (32, 32)}
        # Drawn in that size, not scaled: the arch reaches where it should.
        assert icon.ico.getimage((16, 16)).getchannel("A").getbbox() == (1, 0, 15, 16)


def test_what_phones_cut_off_an_icon_is_empty(icons):
    with Image.open(icons / "icon-maskable-512.png") as icon:
        # A phone may cut out the circle of the middle four fifths.
        edge = 512 / 2
        drawn = [
            (x - edge, y - edge)
            for x in range(0, 512, 4)
            for y in range(0, 512, 4)
            if icon.getpixel((x, y)) != (255, 255, 255)
        ]
    assert drawn
    assert max(x * x + y * y for x, y in drawn) <= (0.8 * edge) ** 2


def test_another_brand_makes_other_icons(icons, tmp_path, settings):
    sheet = tmp_path / "static" / "css" / "brand.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(f":root {{ --brand: {OTHER}; --brand-accent: #fc3; }}")
    before, settings.BASE_DIR = brand.brand_colour(), tmp_path
    brand.colour_of.cache_clear()
    try:
        draw_icons(tmp_path / "icons")
    finally:
        brand.colour_of.cache_clear()
    found = colours_in(tmp_path / "icons" / "icon-192.png")
    assert {ImageColor.getrgb(OTHER), ImageColor.getrgb("#fc3")} <= found
    assert ImageColor.getrgb(before) not in found


@pytest.mark.django_db
def test_collected_icons_are_sent_at_the_addresses_that_browsers_try(settings, tmp_path):
    assert list(StaticStorage(location=tmp_path).post_process({})) == []
    settings.WHITENOISE_ROOT = tmp_path / ROOT_FOLDER
    client = Client()
    for address, kind in {
        "/favicon.ico": "image/",
        "/apple-touch-icon.png": "image/png",
        "/icon-192.png": "image/png",
        "/icon-512.png": "image/png",
        "/icon-maskable-512.png": "image/png",
    }.items():
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer["Content-Type"].startswith(kind)
        assert b"".join(answer.streaming_content)


def test_the_site_sends_the_folder_that_is_collected():
    # The tests' own settings have no such folder.
    from config import settings as of_the_site

    assert of_the_site.WHITENOISE_ROOT == of_the_site.STATIC_ROOT / ROOT_FOLDER
    assert settings.WHITENOISE_ROOT is None
