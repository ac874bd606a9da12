"""The pictures of the demonstration site, and the drawings of the home page, keep whole whoever is in them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from PIL import Image

from publishing.media.crops import CROPS, crop_box

DEMO = settings.BASE_DIR / "pages" / "demo"
PICTURES = sorted((DEMO / "images").glob("*.webp"))
SOURCES = sorted((DEMO / "images" / "sources").glob("*.svg"))
ART = settings.BASE_DIR / "templates" / "art"
CSS = settings.BASE_DIR / "static" / "css" / "components"
ITEMS = [
    tomllib.loads(path.read_text(encoding="utf-8"))
    for folder in ["articles", "resources", "pages", "campaigns"]
    for path in sorted((DEMO / "content" / folder).glob("*.toml"))
]
#: A box as left, top, right, bottom.
Box = tuple[float, float, float, float]


def view_box(drawing: Path) -> Box:
    left, top, width, height = map(float, re.findall(r'viewBox="([^"]+)"', drawing.read_text())[0].split())
    return left, top, left + width, top + height


def heads(drawing: Path) -> list[Box]:
    """Every head, from its circle. In these drawings nothing is moved by a group around it."""
    markup = re.sub(r"\{#.*?#\}", "", drawing.read_text(encoding="utf-8"))
    circles = [
        element.attrib
        for element in ElementTree.fromstring(markup).iter()
        if element.tag.endswith("circle") and element.get("class") == "head"
    ]
    numbers = [[float(circle[name]) for name in ("cx", "cy", "r")] for circle in circles]
    return [(x - r, y - r, x + r, y + r) for x, y, r in numbers]


def is_cut(head: Box, frame: Box) -> bool:
    """Tell whether a frame shows a part of a head and not the whole."""
    left, top, right, bottom = head
    outside = right <= frame[0] or left >= frame[2] or bottom <= frame[1] or top >= frame[3]
    inside = frame[0] <= left and frame[1] <= top and right <= frame[2] and bottom <= frame[3]
    return not (outside or inside)


def middle(box: Box, ratio: float, *, at_the_foot: bool = False) -> Box:
    """The largest part of a box with this shape, as `object-fit: cover` and `slice` choose it."""
    left, top, right, bottom = box
    width = min(right - left, (bottom - top) * ratio)
    height = width / ratio
    x = (left + right - width) / 2
    y = bottom - height if at_the_foot else (top + bottom - height) / 2
    return x, y, x + width, y + height


def frames_of(source: Path) -> dict[str, Box]:
    """Each crop of a picture, and the square that a style sheet can make of the one for cards."""
    whole = view_box(source)
    width, height = round(whole[2]), round(whole[3])
    frames: dict[str, Box] = {crop: crop_box(crop, width, height, 50, 50) for crop in CROPS}
    return frames | {"square": middle(frames["3x2"], 1), "shared": middle(whole, 1200 / 630)}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_crop_of_a_picture_cuts_through_a_head(source):
    found = heads(source)
    assert found
    assert [(name, head) for name, frame in frames_of(source).items() for head in found if is_cut(head, frame)] == []


def test_every_picture_is_made_from_its_drawing():
    assert [path.stem for path in PICTURES] == [path.stem for path in SOURCES]
    for picture, source in zip(PICTURES, SOURCES, strict=True):
        _left, _top, across, down = view_box(source)
        with Image.open(picture) as made:
            assert made.size == (1920, round(1920 * down / across)), picture.name


def test_no_two_items_share_a_picture():
    shown = Counter(item["image"] for item in ITEMS if item.get("image"))
    assert [name for name, times in shown.items() if times > 1] == []
    assert set(shown) == {path.stem for path in PICTURES}


def test_no_two_items_describe_their_pictures_in_the_same_words():
    described = Counter(item["image_alt"] for item in ITEMS if item.get("image_alt"))
    assert described
    assert [words for words, times in described.items() if times > 1] == []


def test_few_stories_and_guides_go_without_a_picture():
    without = [item["slug"] for item in ITEMS if "slug" in item and not item.get("image")]
    assert len(without) <= 3


@pytest.mark.parametrize("door", sorted(ART.glob("door-*.svg")), ids=lambda path: path.stem)
def test_a_door_shows_whole_people_on_top_of_its_words_and_in_the_strip_beside_them(door):
    """On phones the strip is as high as the words: here up to two and a half times its width."""
    found = heads(door)
    assert found
    assert "xMidYMax slice" in door.read_text()
    assert "aspect-ratio: 3 / 2" in (CSS / "doors.css").read_text()
    frames = [middle(view_box(door), ratio, at_the_foot=True) for ratio in (3 / 2, 0.8, 0.6, 0.4)]
    for frame in frames:
        assert all(frame[0] <= head[0] and frame[1] <= head[1] and head[2] <= frame[2] for head in found), frame


def test_the_crowd_ends_between_two_people_on_phones_and_on_wide_screens():
    crowd = ART / "crowd.svg"
    shapes = re.findall(r"aspect-ratio: (\d+) / (\d+)", (CSS / "crowd.css").read_text())
    assert len(shapes) == 2
    found = heads(crowd)
    assert len(found) > 50
    for across, down in shapes:
        frame = middle(view_box(crowd), int(across) / int(down), at_the_foot=True)
        assert frame[1] == view_box(crowd)[1], "somebody's head would be above the edge"
        assert [head for head in found if is_cut(head, frame)] == []


def test_everybody_in_the_crowd_stands_on_its_lower_edge():
    bodies = re.findall(r'<path [^>]*d="M[-\d.]+ ([\d.]+)V', (ART / "crowd.svg").read_text())
    assert len(bodies) == len(heads(ART / "crowd.svg"))
    assert {float(foot) for foot in bodies} == {view_box(ART / "crowd.svg")[3]}
