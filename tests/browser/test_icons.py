"""The icons that Pillow draws show what the drawing of the mark shows."""

from __future__ import annotations

import io

from django.template.loader import render_to_string
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser

from core.brand import brand
from core.icons import MarkColours, draw_mark

SIZE = 192


def test_icons_show_the_same_mark_as_the_pages(chromium: Browser):
    colours = brand()
    page = chromium.new_page(viewport={"width": SIZE, "height": SIZE})
    mark = render_to_string("favicon.svg", colours)
    page.set_content(f"<style>body {{margin: 0}} svg {{display: block; width: 100%; height: 100%}}</style>{mark}")
    with Image.open(io.BytesIO(page.screenshot())) as screenshot:
        shown = screenshot.convert("RGB")
    page.close()

    drawn = draw_mark(SIZE, MarkColours(colours["brand_colour"], colours["accent_colour"], "white"), on="white")
    difference = ImageStat.Stat(ImageChops.difference(shown, drawn.convert("RGB"))).mean
    # Edges are smoothed in another way.
    assert max(difference) < 1
