"""How pages write a picture."""

import pytest
from django.template.loader import render_to_string

from core.jobs import run_all_due
from publishing.media.library import add_image
from publishing.models import Image
from publishing.pictures import Picture
from tests.publishing.media import samples

pytestmark = pytest.mark.django_db

SIZES = "(min-width: 60em) 43rem, 100vw"


def new_image(picture, alt_text: str = "") -> Image:
    return add_image(file=samples.upload(samples.saved(picture, "PNG")), title="A picture", alt_text=alt_text)


def shown(picture: Picture, **words: object) -> str:
    return render_to_string("includes/_picture.html", {"cut": picture.wide, "sizes": SIZES, **words})


def test_a_picture_offers_each_format_in_every_width_that_exists(client):
    picture = new_image(samples.photo(1300, 900), alt_text='A door, half open, & "light"').snapshot()
    html = shown(picture, alt=picture["alt"], **{"class": "article__art"})

    assert html.startswith('<picture><source type="image/avif" srcset="/media/images/')
    assert html.index("image/avif") < html.index("image/webp") < html.index("<img ")
    assert 'width="1200" height="675"' in html
    assert 'alt="A door, half open, &amp; &quot;light&quot;"' in html
    assert 'class="article__art"' in html
    assert html.count(f'sizes="{SIZES}"') == 3
    assert 'loading="lazy"' in html
    assert "1600w" not in html
    assert "style=" not in html
    run_all_due()
    addresses = [word for word in html.replace('"', " ").replace(",", " ").split() if word.startswith("/media/")]
    assert len(addresses) == 3 * 3 + 1
    for one in addresses:
        answer = client.get(one)
        assert b"".join(answer.streaming_content)
        assert (answer.status_code, answer["Content-Type"].partition("/")[0]) == (200, "image")


def test_the_first_picture_of_a_page_is_not_lazy_and_decoration_is_not_described():
    html = shown(new_image(samples.photo(1300, 900), alt_text="From the library").snapshot(), eager=True)

    assert "loading=" not in html
    assert 'alt=""' in html


def test_a_small_picture_has_one_width():
    html = shown(new_image(samples.halves(300, 200)).snapshot())

    assert html.count("300w") == 3
    assert "400w" not in html
    assert 'width="300" height="169"' in html
