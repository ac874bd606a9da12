"""What happens to a picture on its way into the library."""

import random
import subprocess
import sys
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from publishing.media.images import MAX_SIDE, clean_image
from tests.publishing.media import samples

SIGNS_OF_METADATA = [
    samples.PLACE,
    samples.CAMERA.encode(),
    b"Exif",
    b"eXIf",
    b"xmpmeta",
    b"ns.adobe.com",
    b"8BIM",
    b"ICC_PROFILE",
    b"iCCP",
    b"tEXt",
    b"zTXt",
    b"iTXt",
]


def cleaned(content, name="picture.jpg"):
    clean = clean_image(samples.upload(content, name))
    return clean, Image.open(BytesIO(clean.content))


def refusal(content, name="picture.jpg"):
    with pytest.raises(ValidationError) as caught:
        clean_image(samples.upload(content, name))
    return caught.value


def near(colour, wanted, by=12):
    return all(abs(one - other) <= by for one, other in zip(colour, wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_photo_of_each_kind_is_kept_in_its_size(kind):
    clean, picture = cleaned(samples.saved(samples.photo(), kind))

    assert (clean.extension, clean.width, clean.height) == ("jpg", 900, 600)
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (900, 600), "RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_hidden_in_a_photo_survives(kind):
    content = samples.telling(kind)
    assert samples.PLACE in content

    clean, picture = cleaned(content)

    assert [sign for sign in SIGNS_OF_METADATA if sign in clean.content] == []
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_nothing_hidden_in_a_drawing_survives():
    drawing = samples.drawing(mode="RGBA")
    clean, picture = cleaned(samples.saved(drawing, "PNG", exif=samples.telling_exif()))

    assert clean.extension == "png"
    assert [sign for sign in SIGNS_OF_METADATA if sign in clean.content] == []
    assert picture.info == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_with_the_phone_turned_stands_upright(orientation):
    turned_by = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    as_stored = samples.halves()
    if orientation > 1:
        as_stored = as_stored.transpose(turned_by[orientation])

    clean, picture = cleaned(samples.saved(as_stored, "JPEG", exif=samples.telling_exif(orientation), quality=95))

    assert (clean.width, clean.height) == (600, 400)
    assert near(picture.getpixel((300, 20)), (254, 0, 0))
    assert near(picture.getpixel((300, 380)), (0, 0, 254))


def test_a_large_photo_is_reduced_to_what_a_screen_can_show():
    clean, picture = cleaned(samples.saved(samples.photo(6000, 4000), "JPEG"))

    assert picture.size == (clean.width, clean.height) == (MAX_SIDE, 1707)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 95})])
def test_a_very_large_picture_is_reduced_in_bands_without_seams(kind, options):
    clean, picture = cleaned(samples.saved(samples.halves(5300, 5302), kind, **options))

    assert (clean.width, clean.height) == (2559, 2560)
    column = [picture.getpixel((1000, y)) for y in range(0, 2560, 7)]
    assert all(near(colour, (255, 0, 0)) for colour in column[:180])
    assert all(near(colour, (0, 0, 255)) for colour in column[186:])


def test_grey_of_16_bits_keeps_its_shades():
    grey = Image.new("I;16", (400, 300), 0x8000)
    _clean, picture = cleaned(samples.saved(grey, "PNG"))

    assert near(picture.getpixel((200, 150)), (128, 128, 128), by=2)


def test_a_photo_for_print_in_cmyk_is_shown_in_screen_colours():
    _clean, picture = cleaned(samples.saved(Image.new("CMYK", (400, 300), (0, 255, 255, 0)), "JPEG"))

    assert picture.mode == "RGB"
    red, green, blue = picture.getpixel((200, 150))
    assert red > 200
    assert green < 60
    assert blue < 60


def test_colours_are_turned_into_those_of_screens():
    content = samples.saved(Image.new("RGB", (400, 300), "red"), "PNG", icc_profile=samples.profile_with_red_for_blue())
    _clean, picture = cleaned(content)

    assert near(picture.getpixel((5, 5)), (0, 0, 255))


def test_a_photo_for_print_is_read_by_its_own_profile():
    cyan = Image.new("CMYK", (400, 300), (255, 0, 0, 0))
    _clean, picture = cleaned(samples.saved(cyan, "JPEG", icc_profile=samples.profile_all_red()))

    red, green, blue = picture.getpixel((5, 5))
    assert red > 100
    assert green < 30
    assert blue < 30


@pytest.mark.parametrize("profile", [b"nonsense", b"\x00" * 200])
def test_a_broken_colour_profile_does_not_keep_a_picture_out(profile):
    _clean, picture = cleaned(samples.saved(Image.new("RGB", (400, 300), (10, 150, 200)), "PNG", icc_profile=profile))

    assert picture.getpixel((5, 5)) == (10, 150, 200)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_kept(mode):
    drawing = samples.drawing(mode="RGBA")
    drawing.putalpha(Image.linear_gradient("L").resize(drawing.size))
    if mode == "P":
        content = samples.saved(drawing.convert("P"), "PNG", transparency=0)
    else:
        content = samples.saved(drawing.convert(mode), "PNG")

    clean, picture = cleaned(content)

    assert clean.extension == "png"
    assert picture.mode == "RGBA"


def test_a_photo_in_black_and_white_is_a_photo():
    clean, _picture = cleaned(samples.saved(samples.photo().convert("L"), "PNG"))

    assert clean.extension == "jpg"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_drawing_of_every_mode_is_kept_without_loss(mode):
    drawing = samples.drawing().convert(mode)
    clean, picture = cleaned(samples.saved(drawing, "PNG"))

    assert clean.extension == "png"
    assert picture.mode == "RGB"
    assert picture.tobytes() == drawing.convert("RGB").tobytes()


def test_a_phone_photo_with_a_second_picture_inside_is_a_photo():
    content = samples.saved(samples.photo(), "MPO", save_all=True, append_images=[samples.photo(300, 200)])
    assert Image.open(BytesIO(content)).n_frames == 2

    clean, _picture = cleaned(content)

    assert (clean.width, clean.height) == (900, 600)
    assert len(clean.content) < len(content)


def test_the_name_of_a_file_does_not_matter_its_content_does():
    clean, _picture = cleaned(samples.saved(samples.photo(), "PNG"), name="holiday.pdf")

    assert clean.extension == "jpg"


def test_data_after_the_end_of_a_picture_is_cut_off():
    clean, _picture = cleaned(samples.saved(samples.photo(), "JPEG") + b"<script>alert(1)</script>PK\x03\x04")

    assert b"<script>" not in clean.content
    assert b"PK\x03\x04" not in clean.content


# Refused ------------------------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ANIMATION = {"save_all": True, "append_images": [samples.halves().rotate(180)]}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.png", "empty"),
        (SVG, "drawing.png", "svg"),
        (b"\xef\xbb\xbf\n <?xml version='1.0'?>" + SVG, "drawing.jpg", "svg"),
        (b"GIF89a/*" + b"\x00" * 300 + b"*/=1;alert(1)", "picture.gif", "gif"),
        (samples.saved(samples.halves(), "GIF"), "picture.png", "gif"),
        (samples.saved(samples.halves(), "BMP"), "picture.png", "no_picture"),
        (samples.saved(samples.halves(), "TIFF"), "picture.png", "no_picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_1.heic", "heic"),
        (b"%PDF-1.7 not a picture", "picture.jpg", "no_picture"),
        (b"MZ\x90\x00 a program", "picture.jpg", "no_picture"),
        (samples.saved(samples.photo(), "JPEG")[:9000], "half.jpg", "damaged_picture"),
        (samples.saved(samples.photo(), "PNG")[:9000], "half.png", "damaged_picture"),
        (samples.saved(samples.photo(), "WEBP")[:5000], "half.webp", "damaged_picture"),
        (samples.saved(samples.photo(), "AVIF")[:5000], "half.avif", "damaged_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "nothing.png", "damaged_picture"),
        (samples.saved(samples.halves(199, 300), "PNG"), "narrow.png", "too_small"),
        (samples.saved(samples.halves(400, 99), "PNG"), "low.png", "too_small"),
        (samples.saved(samples.halves(2100, 200), "PNG"), "long.png", "too_narrow"),
        (samples.saved(samples.halves(), "PNG", **ANIMATION), "moves.png", "animated"),
        (samples.saved(samples.halves(), "WEBP", **ANIMATION), "moves.webp", "animated"),
        (samples.saved(samples.halves(), "AVIF", **ANIMATION), "moves.avif", "animated"),
        (samples.png_of(13_000, 13_000), "bomb.png", "too_many_pixels"),
        (samples.png_of(20_000, 20_000), "bomb.png", "too_many_pixels"),
        (samples.png_of(7_100, 7_100), "large.png", "too_many_pixels"),
        (samples.saved(samples.halves(4_000, 4_000), "WEBP", quality=1, method=0), "large.webp", "too_many_pixels"),
    ],
)
def test_a_bad_picture_is_refused_with_what_to_do(content, name, code):
    error = refusal(content, name)

    assert error.code == code
    assert any(verb in error.messages[0] for verb in ("Save", "save", "Choose", "Cut", "It must be"))


def test_a_file_above_20_mb_is_refused_unread():
    class Unreadable(BytesIO):
        size = 20 * 1024 * 1024 + 1

        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(ValidationError, match="20 MB"):
        clean_image(Unreadable())


def test_fifty_megapixels_are_allowed_and_stay_within_300_mb_of_memory(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(samples.png_of(8_000, 6_250, depth=8, colour=6))
    program = f"""
import django; django.setup()
from pathlib import Path
from django.core.files.base import ContentFile
from publishing.media.images import clean_image

def peak():
    # Not resource.getrusage: a child begins there with its parent's peak.
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)

upload, before = ContentFile(Path({str(path)!r}).read_bytes()), peak()
clean = clean_image(upload)
print(clean.width, clean.height, (peak() - before) // 1024)
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    width, height, megabytes = map(int, done.stdout.split())
    assert (width, height) == (2560, 2000)
    assert megabytes < 300


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_with_flipped_bytes_is_kept_or_refused_but_never_an_error(kind):
    sound = samples.telling(kind, 240, 160)
    chance = random.Random(kind)
    outcomes = {"kept": 0, "refused": 0}
    for _number in range(40):
        broken = bytearray(sound)
        for _flip in range(chance.choice([1, 3, 20])):
            broken[chance.randrange(len(broken) if chance.random() < 0.5 else 400)] = chance.randrange(256)
        try:
            clean = clean_image(samples.upload(bytes(broken)))
        except ValidationError:
            outcomes["refused"] += 1
        else:
            assert clean.extension in {"jpg", "png"}
            outcomes["kept"] += 1

    assert outcomes["refused"] > 0
    assert sum(outcomes.values()) == 40
