"""The media library as an editor meets it."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse

from core.jobs import run_all_due
from core.models import Job
from publishing.media.library import InUse, add_file, add_image, folder_of, remove, uses_of, withhold
from publishing.models import Download, Edition, Figure, Image, MediaFile
from publishing.publish import publish
from tests.factories import make_article, make_edition, make_resource, sign_in_as
from tests.publishing.media import samples

pytestmark = pytest.mark.django_db

ADD_IMAGE = "/admin/publishing/image/add/"
ADD_FILE = "/admin/publishing/mediafile/add/"
SPRING, SUMMER = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def fields(**changed):
    return {
        "title": "A door",
        "alt_text": "A door",
        "credit": "",
        "consent": "",
        "focal_x": 50,
        "focal_y": 50,
    } | changed


def new_image(**changed):
    return add_image(
        file=samples.upload(samples.saved(samples.halves(900, 600), "PNG")), **{"title": "A door"} | changed
    )


def change(item):
    return reverse(f"admin:publishing_{item._meta.model_name}_change", args=[item.pk])


def delete(item):
    return reverse(f"admin:publishing_{item._meta.model_name}_delete", args=[item.pk])


def test_a_picture_is_uploaded_with_the_plain_form(staff):
    upload = samples.upload(samples.telling("JPEG"), "../../IMG 1.jpg")
    response = staff.post(ADD_IMAGE, fields(original=upload), follow=True)

    image = Image.objects.get()
    assert response.status_code == 200
    assert "was added successfully" in response.text
    assert (image.width, image.height, image.alt_text) == (900, 600, "A door")
    assert image.uploaded_by.is_staff
    assert image.original.name == f"images/{image.token}/original.jpg"
    assert samples.PLACE not in samples.stored(image.original.name)
    run_all_due()
    image.refresh_from_db()
    assert image.rendered_version == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg/>", "Save it as PNG"),
        (samples.saved(samples.photo(), "JPEG")[:9000], "damaged or incomplete"),
        (samples.png_of(13_000, 13_000), "too many pixels"),
        (samples.png_of(300, 200) + b"\x00" * 21_000_000, "20 MB"),
        (b"", "empty"),
    ],
)
def test_a_bad_picture_gives_a_clear_error_and_stores_nothing(staff, content, words):
    response = staff.post(ADD_IMAGE, fields(original=samples.upload(content, "picture.png"), credit="Kept words"))

    assert response.status_code == 200
    assert words in response.text
    assert "Kept words" in response.text
    assert not Image.objects.exists()
    assert not Job.objects.exists()


def test_a_form_without_a_picture_says_so(staff):
    response = staff.post(ADD_IMAGE, fields())

    assert "This field is required" in response.text


def test_a_focal_point_outside_the_picture_is_refused(staff):
    upload = samples.upload(samples.saved(samples.halves(), "PNG"))
    response = staff.post(ADD_IMAGE, fields(original=upload, focal_x=101))

    assert "less than or equal to 100" in response.text
    assert not Image.objects.exists()


def test_only_a_new_focal_point_gives_a_new_version(staff):
    image = new_image()
    staff.post(change(image), fields(alt_text="A green door"))
    image.refresh_from_db()
    assert (image.alt_text, image.version) == ("A green door", 1)

    staff.post(change(image), fields(focal_x=10))
    image.refresh_from_db()
    assert (image.focal_x, image.version) == (10, 2)
    assert Job.objects.count() == 2


def test_the_picture_of_an_entry_cannot_be_exchanged(staff):
    image = new_image()
    before = samples.stored(image.original.name)
    other = samples.upload(samples.saved(samples.drawing(), "PNG"))
    staff.post(change(image), fields(original=other, title="Other"))

    image.refresh_from_db()
    assert image.title == "Other"
    assert samples.stored(image.original.name) == before


def test_the_list_shows_thumbnails_and_finds_by_title(staff):
    door, window = new_image(title="A door"), new_image(title="A window")
    page = staff.get("/admin/publishing/image/", {"q": "wind"}).text

    assert f"/media/images/{window.token}/v1/3x2-400.webp" in page
    assert door.token not in page
    assert "Being made in the background" in page
    run_all_due()
    assert "Ready" in staff.get("/admin/publishing/image/").text


def test_the_form_shows_every_cut_and_where_the_picture_is_used(staff):
    image = new_image()
    page = staff.get(change(image)).text

    for crop in ("full", "3x2", "16x9"):
        assert f"/v1/{crop}-400.webp" in page
    assert "Nothing yet." in page
    assert "style=" not in page.partition('id="content"')[2].partition('id="footer"')[0]


def test_an_unused_picture_is_deleted_with_its_files(staff):
    image = new_image()
    run_all_due()
    assert len(samples.names_in(folder_of(image))) > 9
    staff.post(delete(image), {"post": "yes"})
    run_all_due()

    assert not Image.objects.exists()
    assert samples.names_in(folder_of(image)) == []
    assert not default_storage.exists(folder_of(image))


def test_several_unused_pictures_are_deleted_at_once(staff):
    images = [new_image(), new_image()]
    staff.post(
        "/admin/publishing/image/",
        {"action": "delete_selected", "_selected_action": [image.pk for image in images], "post": "yes"},
    )
    run_all_due()

    assert not Image.objects.exists()
    assert not any(samples.names_in(folder_of(image)) for image in images)


def test_a_document_for_download_is_uploaded_with_the_plain_form(staff):
    staff.post(ADD_FILE, {"title": "Guide", "language": "en-gb", "file": samples.upload(samples.pdf(), "draft 7.pdf")})

    stored = MediaFile.objects.get()
    assert (stored.format, stored.pages, stored.uploaded_by.is_staff) == ("pdf", 3, True)
    assert stored.file.name == f"files/{stored.token}/guide.pdf"
    page = staff.get(change(stored)).text
    assert stored.file.url in page
    assert "Guide" in staff.get("/admin/publishing/mediafile/", {"q": "guid"}).text
    staff.post(change(stored), {"title": "The guide", "language": "cy"})
    stored.refresh_from_db()
    assert (stored.title, stored.language, stored.file.name) == ("The guide", "cy", f"files/{stored.token}/guide.pdf")


def test_a_bad_document_gives_a_clear_error_and_stores_nothing(staff):
    macros = samples.docx(extra={"word/vbaProject.bin": b"x"})
    response = staff.post(ADD_FILE, {"title": "Guide", "language": "en-gb", "file": samples.upload(macros, "a.docx")})

    assert "holds macros" in response.text
    assert not MediaFile.objects.exists()


def test_an_unused_document_is_deleted_with_its_file(staff):
    stored = add_file(file=samples.upload(samples.pdf()), title="Guide")
    staff.post(delete(stored), {"post": "yes"})
    run_all_due()

    assert not MediaFile.objects.exists()
    assert samples.names_in(folder_of(stored)) == []


# In use -------------------------------------------------------------------------------------------------------------


def used_as_picture(image):
    make_article("The picture of an article", image=image)


def used_in_a_block(image):
    article = make_article("A figure inside an article")
    Figure.objects.create(parent=article, region="main", ordering=20, image=image)


def used_in_the_past(image):
    make_edition(make_article("What was said in May"), live_from=SPRING, live_until=SUMMER, image=image)


def used_in_the_text_of_the_past(image):
    figure = f'<img src="/media/images/{image.token}/v1/full-800.jpg" alt="">'
    make_edition(make_article("A figure in May"), live_from=SPRING, live_until=SUMMER, body_html=figure)


@pytest.mark.parametrize("use", [used_as_picture, used_in_a_block, used_in_the_past, used_in_the_text_of_the_past])
def test_a_picture_in_use_is_not_deleted_and_the_page_says_where_it_is(staff, use):
    image, unused = new_image(), new_image()
    use(image)
    (place, _row), *others = uses_of(image)

    shown = staff.get(delete(image)).text
    staff.post(delete(image), {"post": "yes"})
    staff.post(
        "/admin/publishing/image/",
        {"action": "delete_selected", "_selected_action": [image.pk, unused.pk], "post": "yes"},
    )

    assert others == []
    assert place in html.unescape(shown)
    assert place in html.unescape(staff.get(change(image)).text)
    assert Image.objects.count() == 2
    assert default_storage.exists(image.original.name)
    with pytest.raises(InUse, match=re.escape(place)):
        remove(item=image)


def test_where_a_picture_is_used_leads_to_the_form_of_the_page(staff):
    image = new_image()
    article = make_article("A child is heard", image=image)

    assert f'href="/admin/articles/article/{article.pk}/change/"' in staff.get(change(image)).text


def test_a_document_for_download_in_use_is_not_deleted(staff):
    block, resource, past = (add_file(file=samples.upload(samples.pdf()), title=title) for title in "abc")
    Download.objects.create(parent=make_resource("Holds a download"), region="main", ordering=10, file=block)
    make_resource("Is the download", file=resource)
    make_edition(make_resource("Was"), live_from=SPRING, live_until=SUMMER, details={"file": past.snapshot()})

    for stored in (block, resource, past):
        assert len(uses_of(stored)) == 1
        staff.post(delete(stored), {"post": "yes"})
    assert MediaFile.objects.count() == 3
    assert Edition.objects.count() == 1


def do(client, item, action):
    """Choose an action for one entry of its list, and look at the list that comes."""
    address = reverse(f"admin:publishing_{item._meta.model_name}_changelist")
    return client.post(address, {"action": action, "_selected_action": item.pk}, follow=True)


def asked(client, address):
    """Status and type of a file's answer."""
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)  # which also closes the file
    return response.status_code, response["Content-Type"]


def test_a_withheld_file_is_410(staff, client):
    media_file = add_file(file=samples.upload(samples.pdf()), title="Report")
    publish(document=make_resource(file=media_file), by=None)
    assert asked(client, media_file.file.url)[0] == 200
    assert "Withheld from the site:" in do(staff, media_file, "withhold").text
    assert "Nothing to do" in do(staff, media_file, "withhold").text
    assert asked(client, media_file.file.url)[0] == 410
    page = staff.get(change(media_file)).text
    assert "Withheld since" in page
    do(staff, media_file, "restore")
    assert asked(client, media_file.file.url)[0] == 200


def test_a_withheld_picture_is_410_in_every_size_and_stays_so(staff, client):
    image = new_image()
    publish(document=make_article(image=image), by=None)
    address = reverse("media:image", args=[image.token, 1, "3x2", 400, "webp"])
    assert asked(client, address)[0] == 200
    do(staff, image, "withhold")
    assert asked(client, address)[0] == 410
    run_all_due()
    assert not Job.objects.dead().exists()
    assert asked(client, address)[0] == 410
    assert client.get("/news/a-child-is-heard/").status_code == 200
    do(staff, image, "restore")
    run_all_due()
    assert asked(client, address) == (200, "image/webp")


def test_restoring_what_was_never_withheld_logs_nothing_and_queues_nothing(staff):
    image = new_image()
    run_all_due()
    jobs, entries = Job.objects.count(), LogEntry.objects.count()
    assert "Nothing to do" in do(staff, image, "restore").text
    assert (Job.objects.count(), LogEntry.objects.count()) == (jobs, entries)


def test_withholding_needs_the_right_to_delete():
    image = new_image()
    do(sign_in_as("Editor"), image, "withhold")
    image.refresh_from_db()
    assert image.withheld_at is None


def test_a_withheld_item_is_deleted_with_its_files(staff):
    image = new_image()
    withhold(item=image)
    staff.post(delete(image), {"post": "yes"})
    run_all_due()
    assert not Image.objects.exists()
    assert samples.names_in(folder_of(image)) == []
