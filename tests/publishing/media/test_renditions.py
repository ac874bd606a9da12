"""Making pictures ready for every screen, and sending them."""

import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from PIL import Image as Pillow

from core.jobs import run_all_due, run_next
from core.models import Job
from publishing.media.crops import CROPS, FORMATS, WIDTHS, crop_box, crop_size, rendition_name, widths_of
from publishing.media.library import RENDER_KIND, add_file, add_image, folder_of, save_image
from publishing.models import Image
from tests.publishing.media import samples

pytestmark = pytest.mark.django_db


def new_image(picture=None, **fields):
    content = samples.saved(picture or samples.halves(900, 600), "PNG")
    return add_image(file=samples.upload(content), **{"title": "Two halves"} | fields)


def refocus(image, focal_x, focal_y):
    image.focal_x, image.focal_y = focal_x, focal_y
    save_image(image=image)


def address(image, crop="3x2", width=800, extension="webp", version=None):
    kwargs = {"token": image.token, "version": version or image.version, "crop": crop, "width": width}
    return reverse("media:image", kwargs={**kwargs, "extension": extension})


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def files_of(image):
    return samples.names_in(folder_of(image))


def made_of(image, crop, width, extension, version=1):
    return Pillow.open(BytesIO(samples.stored(rendition_name(image.token, version, crop, width, extension))))


# Arithmetic ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(900, 600), (2560, 1440), (200, 100), (200, 2000), (2000, 200), (1707, 2560)])
@pytest.mark.parametrize("crop", CROPS)
def test_a_cut_lies_inside_the_picture_wherever_it_is_pointed(crop, size):
    for focal in [(0, 0), (50, 50), (100, 100), (13, 97)]:
        left, top, right, bottom = crop_box(crop, *size, *focal)
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left, bottom - top) == crop_size(crop, *size)


def test_no_picture_is_blown_up():
    assert widths_of("full", 2560, 1440) == WIDTHS
    assert widths_of("full", 1300, 900) == (400, 800, 1200)
    assert widths_of("full", 1100, 900) == (400, 800, 1100)
    assert widths_of("full", 700, 500) == (400, 700)
    assert widths_of("full", 300, 200) == (300,)
    assert widths_of("16x9", 900, 200) == (356,)


# The worker ---------------------------------------------------------------------------------------------------------


def test_every_cut_width_and_format_is_made_in_the_background():
    image = new_image(samples.photo(1000, 700))
    assert files_of(image) == ["original.jpg"]

    run_all_due()

    image.refresh_from_db()
    assert image.rendered_version == image.version == 1
    assert Job.objects.unfinished().count() == 0
    for crop in CROPS:
        for width in widths_of(crop, 1000, 700):
            for extension, content_type in FORMATS.items():
                with made_of(image, crop, width, extension) as made:
                    assert made.width == width
                    assert Pillow.MIME[made.format] == content_type
                    if crop == "16x9":
                        assert made.height == pytest.approx(width * 9 / 16, abs=1)
    assert len(files_of(image)) == 1 + 3 * 3 * 3


def test_a_cut_keeps_what_the_editor_pointed_at():
    picture = Pillow.new("RGB", (600, 1200), "white")
    picture.paste("red", (0, 1000, 600, 1200))
    image = new_image(picture, focal_y=95)
    run_all_due()

    with made_of(image, "16x9", 400, "jpg") as made:
        red, green, _blue = made.convert("RGB").getpixel((200, made.height - 5))
    assert red > 200
    assert green < 60


def test_a_new_focal_point_makes_new_files_and_leaves_published_ones_alone():
    picture = Pillow.new("RGB", (400, 1200), "white")
    picture.paste("red", (0, 900, 400, 1200))
    image = new_image(picture, focal_y=0)
    run_all_due()
    before = made_of(image, "3x2", 400, "jpg").tobytes()

    image = Image.objects.get(pk=image.pk)
    refocus(image=image, focal_x=50, focal_y=100)
    assert image.version == 2
    run_all_due()

    assert Image.objects.get(pk=image.pk).rendered_version == 2
    assert made_of(image, "3x2", 400, "jpg").tobytes() == before
    assert made_of(image, "3x2", 400, "jpg", version=2).tobytes() != before


def test_a_focal_point_set_to_where_it_was_changes_nothing():
    image = new_image()
    refocus(image=image, focal_x=50, focal_y=50)

    assert image.version == 1
    assert Job.objects.count() == 1


def test_a_version_overtaken_before_it_was_ready_is_made_too():
    image = new_image()
    refocus(image=image, focal_x=0, focal_y=0)
    run_all_due()

    assert {"v1/3x2-400.jpg", "v2/3x2-400.jpg"} < set(files_of(image))
    assert Image.objects.get(pk=image.pk).rendered_version == 2


def test_the_work_is_done_in_steps_and_goes_on_where_it_stopped():
    image = new_image()
    run_next()
    done = set(files_of(image))
    image.refresh_from_db()
    assert image.rendered_version == 0
    assert {name.partition("-")[0] for name in done if name.startswith("v1/")} == {"v1/full"}
    kept = rendition_name(image.token, 1, "full", 400, "avif")
    default_storage.delete(kept)
    default_storage.save(kept, ContentFile(b"made before"))

    run_all_due()

    assert samples.stored(kept) == b"made before"
    assert done < set(files_of(image))


def test_the_same_job_done_twice_does_no_harm():
    image = new_image()
    again = Job.objects.get(kind=RENDER_KIND)
    run_all_due()
    before = files_of(image)
    Job.objects.create(kind=again.kind, object_id=again.object_id)

    run_all_due()

    assert files_of(image) == before
    assert set(Job.objects.values_list("status", flat=True)) == {Job.Status.DONE}


def test_a_picture_whose_original_is_gone_is_told_to_the_operator():
    image = new_image()
    default_storage.delete(image.original.name)

    run_all_due()

    job = Job.objects.get(kind=RENDER_KIND)
    assert (job.status, job.error) == (Job.Status.DEAD, "original-missing")
    with pytest.raises(CommandError, match="Two halves"):
        call_command("render_images", stdout=None)


def test_a_job_for_a_picture_that_was_deleted_ends_quietly():
    image = new_image()
    Image.objects.filter(pk=image.pk).delete()
    run_all_due()

    assert Job.objects.get(kind=RENDER_KIND).status == Job.Status.DONE


def test_lost_files_can_be_made_again(capsys):
    image = new_image()
    run_all_due()
    default_storage.delete(rendition_name(image.token, 1, "3x2", 800, "webp"))

    call_command("render_images")

    assert capsys.readouterr().out == "1 files made.\n"
    assert "v1/3x2-800.webp" in files_of(image)


def test_transparent_pictures_get_a_white_ground_in_jpeg():
    image = new_image(Pillow.new("RGBA", (900, 600), (0, 0, 0, 0)))
    run_all_due()

    with made_of(image, "full", 400, "jpg") as made:
        assert made.getpixel((9, 9)) == (255, 255, 255)
    for extension in ("webp", "avif"):
        with made_of(image, "full", 400, extension) as made:
            assert made.mode == "RGBA"


# Sending ------------------------------------------------------------------------------------------------------------


def test_a_page_is_usable_before_its_pictures_are_ready(client):
    image = new_image()
    response = client.get(address(image))

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "image/png"
    assert body_of(response) == samples.stored(image.original.name)


def test_a_rendition_is_kept_by_browsers_and_asked_for_each_time(client, django_assert_num_queries):
    image = new_image()
    run_all_due()
    with django_assert_num_queries(1):
        response = client.get(address(image))

    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "no-cache"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    body = body_of(response)
    assert response["Content-Length"] == str(len(body))
    assert Pillow.open(BytesIO(body)).size == (800, 533)


def test_a_reader_who_has_the_picture_is_not_sent_it_again(client):
    image = new_image()
    run_all_due()
    first = client.get(address(image))
    assert body_of(first)

    for header in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = client.get(address(image), headers=header)
        assert again.status_code == 304
        assert body_of(again) == b""
        assert (again["Cache-Control"], again["ETag"]) == ("no-cache", first["ETag"])


def test_the_headers_alone_can_be_asked_for_and_nothing_can_be_sent(client):
    image = new_image()
    run_all_due()
    head = client.head(address(image))

    assert head.status_code == 200
    assert int(head["Content-Length"]) > 100
    assert head.content == b""
    assert client.post(address(image)).status_code == 405


def test_nothing_but_what_the_library_names_is_sent(client):
    image = new_image()
    run_all_due()
    (Path(settings.MEDIA_ROOT) / "secret.txt").write_text("secret")
    base = f"/media/images/{image.token}"
    for path in [
        f"{base}/v2/3x2-800.webp",
        f"{base}/v1/3x2-801.webp",
        f"{base}/v1/3x2-1600.webp",
        f"{base}/v1/4x3-800.webp",
        f"{base}/v1/3x2-800.gif",
        f"{base}/v1/3x2-800.webp%0A",
        f"{base}/v0/3x2-800.webp",
        f"{base}/v1/3x2-0800.webp",
        f"{base}/v1/../original.png",
        f"{base}/original.png",
        f"{base}/",
        f"{base.upper()}/v1/3x2-800.webp",
        f"/media/images/{'0' * 32}/v1/3x2-800.webp",
        "/media/images/../secret.txt",
        "/media/secret.txt",
        "/media/..%2fdb.sqlite3",
        "/media/files/..%2f..%2fsecret.txt",
        f"/media/files/{image.token}/original.png",
        f"/media/files/{'0' * 32}/report.pdf",
        "/media/",
    ]:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer["Cache-Control"] == "no-cache", path


def test_an_address_whose_original_is_gone_answers_not_found(client):
    image = new_image()
    default_storage.delete(image.original.name)

    assert client.get(address(image)).status_code == 404


def test_a_file_is_downloaded_under_a_plain_name(client):
    stored = add_file(file=samples.upload(samples.pdf(), "Bericht (final) 3.pdf"), title="Myth-busting guide: £5 & up")
    response = client.get(stored.file.url)

    name = "myth-busting-guide-5-up.pdf"
    assert stored.file.url == reverse("media:file", kwargs={"token": stored.token, "name": name})
    assert response["Content-Disposition"] == 'attachment; filename="myth-busting-guide-5-up.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == str(stored.size)
    assert len(body_of(response)) == stored.size


# Several at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_on_one_picture_leave_whole_files():
    image = new_image()
    Job.objects.create(kind=RENDER_KIND, object_id=str(image.pk))
    workers = [threading.Thread(target=work_and_close) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    image.refresh_from_db()
    assert image.rendered_version == 1
    for crop in CROPS:
        for width in widths_of(crop, 900, 600):
            for extension in FORMATS:
                with made_of(image, crop, width, extension) as made:
                    made.load()
                    assert made.width == width


def work_and_close():
    try:
        run_all_due()
    finally:
        connection.close()
