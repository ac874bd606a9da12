"""What is drawn on a share picture."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image as Pillow
from PIL import ImageChops, ImageColor

from core.brand import brand
from publishing.media import share_drawing
from publishing.media.share_drawing import LINE_HEIGHT, TEXT_WIDTH, TITLE_BOTTOM, TITLE_TOP, draw, fit, length
from publishing.share import HEIGHT, WIDTH, SharePicture

Named = partial(SharePicture, "Children First")


def differ(one: Pillow.Image, other: Pillow.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


@pytest.mark.parametrize(
    "title",
    [
        "No",
        "A year of Thursdays",
        "What happens at your first family court hearing, and who will be in the room with you",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch",
        ("Children’s voices and the people who listen to them – " * 4)[:200],
        "W" * 200,
    ],
)
def test_a_title_of_any_length_stands_in_its_place(title):
    size, lines = fit(title)

    assert all(length(line, size) <= TEXT_WIDTH for line in lines)
    assert len(lines) * size * LINE_HEIGHT <= TITLE_BOTTOM - TITLE_TOP
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")


def test_a_short_title_is_larger_than_a_long_one():
    assert fit("A year of Thursdays")[0] > fit("A year of Thursdays, and what they taught us about listening")[0]


def test_the_last_word_of_a_title_does_not_stand_alone():
    _size, lines = fit("What adult social workers do")
    assert lines[-1] != "do"


@pytest.mark.parametrize("letter", "ŵŷŴŶâêîôûÂÏẁỳéç’–…£€")
def test_letters_of_welsh_and_other_signs_are_drawn(letter):
    assert share_drawing.drawable(letter) == letter
    assert differ(draw(Named(f"t{letter}")), draw(Named("t")))


def test_letters_written_with_a_loose_accent_are_drawn_too():
    assert share_drawing.drawable("tw\u0302r a ty\u0302") == "tŵr a tŷ"


def test_emoji_are_left_out_and_break_nothing():
    title = "Summer 🌞 holidays 👨‍👩‍👧 at home"
    assert share_drawing.drawable(title) == "Summer holidays at home"
    assert not differ(draw(Named(title)), draw(Named("Summer holidays at home")))


def test_a_title_of_nothing_but_emoji_gives_the_neutral_picture():
    assert not differ(draw(Named("🌞🌞")), draw(Named()))


def test_the_picture_has_the_size_that_pages_promise_and_the_colours_of_the_brand():
    card = draw(Named("A year of Thursdays", "Family life"))

    assert card.size == (WIDTH, HEIGHT)
    assert card.getpixel((5, 5)) == ImageColor.getrgb(brand()["brand_colour"])
    colours = {colour for _count, colour in card.getcolors(1_000_000)}
    assert ImageColor.getrgb(brand()["accent_colour"]) in colours


def test_the_kicker_and_the_name_of_the_site_are_on_it():
    plain = draw(Named("A year of Thursdays"))
    assert differ(draw(Named("A year of Thursdays", "Family life")), plain)
    assert differ(draw(SharePicture("Plant yn Gyntaf", "A year of Thursdays")), plain)


def test_a_name_of_the_greatest_length_stays_beside_the_arch():
    card = draw(SharePicture("The society of everybody who listens to children, everywhere", "Title"))
    bare = draw(SharePicture("", "Title"))
    left, _top, right, _bottom = ImageChops.difference(card, bare).getbbox()
    assert share_drawing.EDGE <= left < right <= share_drawing.ARCH[0]


def test_the_picture_of_the_page_stands_in_the_arch(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Pillow.new("RGBA", (900, 600), (0, 128, 0, 128)).save(tmp_path / "green.png")
    image = SimpleNamespace(original=SimpleNamespace(name="green.png"), focal_x=50, focal_y=50)
    left, top, right, bottom = share_drawing.ARCH
    card = draw(Named("A year of Thursdays"), image)

    # Half transparent, on white.
    assert card.getpixel(((left + right) // 2, bottom - 9)) == pytest.approx((127, 191, 127), abs=2)
    # The corner of the arch is round.
    assert card.getpixel((left + 4, top + 4)) == card.getpixel((5, 5))
    assert Path(tmp_path / "green.png").exists()
