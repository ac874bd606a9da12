"""Pictures and files in a folder, and in a storage that is no folder, such as a bucket."""

import re
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from core.jobs import run_all_due, run_next
from core.models import Job
from core.storage import WholeFileStorage
from publishing.jobs import render_image
from publishing.media.library import add_file, add_image, folder_of, remove, restore, withhold
from publishing.media.renditions import make_all
from publishing.models import Image
from publishing.publish import publish
from tests.factories import make_article, make_resource
from tests.publishing.media import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_folder(settings, tmp_path):
    """Uploads go to a storage without a disk; the folder they would else go to."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.InMemoryStorage",
            # A bucket has an address of its own, which does not check whether a file is withheld.
            "OPTIONS": {"base_url": "https://bucket.example/"},
        }
    }
    return tmp_path / "media"


def new_image(**fields):
    content = samples.saved(samples.halves(900, 600), "PNG")
    return add_image(file=samples.upload(content), **{"title": "Two halves"} | fields)


def address(image, crop="3x2", width=800):
    return reverse("media:image", args=[image.token, 1, crop, width, "webp"])


def ask(client, path, **headers):
    """The answer and its body, read to its end."""
    answer = client.get(path, headers=headers)
    return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_picture_in_a_bucket_is_shown_on_its_page(no_folder, client):
    image = new_image()
    publish(document=make_article(image=image), by=None)
    assert ask(client, address(image))[1] == samples.stored(image.original.name)
    run_all_due()

    page = client.get("/news/a-child-is-heard/").text
    assert "bucket.example" not in page
    on_page = set(re.findall(r"/media/(images/[^ \"]+)", page))
    assert len(on_page) >= 3
    for name in on_page:
        answer, body = ask(client, f"/media/{name}")
        assert (answer.status_code, answer["Content-Length"]) == (200, str(len(body)))
        assert body == samples.stored(name)
        assert client.head(f"/media/{name}")["Content-Length"] == str(len(body))
    assert not no_folder.exists()


def test_a_document_in_a_bucket_is_downloaded_from_the_site(no_folder, client):
    stored = add_file(file=samples.upload(samples.pdf()), title="Guide")
    publish(document=make_resource(file=stored), by=None)

    assert stored.snapshot()["url"] == f"/media/files/{stored.token}/guide.pdf"
    answer, body = ask(client, stored.snapshot()["url"])
    assert (answer.status_code, answer["Content-Type"], len(body)) == (200, "application/pdf", stored.size)
    assert answer["Content-Disposition"] == 'attachment; filename="guide.pdf"'
    withhold(item=stored)
    assert ask(client, stored.get_absolute_url())[0].status_code == 410
    restore(item=stored)
    assert ask(client, stored.get_absolute_url())[1] == body
    assert not no_folder.exists()


def test_a_deletion_leaves_nothing_in_a_bucket(no_folder, client):
    image, stored = new_image(), add_file(file=samples.upload(samples.pdf()), title="Guide")
    run_all_due()
    for item in (image, stored):
        folder = folder_of(item)
        assert samples.names_in(folder)
        remove(item=item)
        run_all_due()
        assert samples.names_in(folder) == []
    assert ask(client, address(image))[0].status_code == 404
    assert not no_folder.exists()


@pytest.mark.parametrize("storage", ["folder", "no folder"])
def test_withholding_and_restoring_reach_browsers_that_hold_the_picture(storage, request, client):
    if storage == "no folder":
        request.getfixturevalue("no_folder")
    image = new_image()
    run_all_due()
    etag = ask(client, address(image))[0]["ETag"]
    assert not etag.startswith("W/")
    withhold(item=image)

    for headers in ({}, {"If-None-Match": etag}, {"If-Modified-Since": "Fri, 31 Dec 2100 00:00:00 GMT"}):
        answer, _body = ask(client, address(image), **headers)
        assert (answer.status_code, answer["Cache-Control"]) == (410, "no-cache")
    restore(item=image)
    assert ask(client, address(image))[0].status_code == 200
    assert ask(client, address(image), **{"If-None-Match": etag})[0].status_code == 304


def test_a_304_for_a_picture_needs_no_storage(client):
    image = new_image()
    run_all_due()
    etag = ask(client, address(image))[0]["ETag"]
    for name in samples.names_in(folder_of(image)):
        default_storage.delete(f"{folder_of(image)}/{name}")

    assert ask(client, address(image), **{"If-None-Match": etag})[0].status_code == 304
    assert ask(client, address(image))[0].status_code == 404


def test_a_late_worker_does_not_bring_a_withheld_picture_back(client):
    image = new_image()
    run_next()  # one cut of three
    withhold(item=image)
    # What a worker does that asked for the row before.
    make_all(image)
    assert "v1/3x2-800.webp" in samples.names_in(folder_of(image))
    assert ask(client, address(image))[0].status_code == 410
    assert ask(client, address(image, crop="full"))[0].status_code == 410


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_picture_deleted_while_it_is_rendered_leaves_no_file(monkeypatch):
    image = new_image()
    writing, deleted = threading.Event(), threading.Event()
    save = WholeFileStorage._save

    def slow_save(self, name, content):
        if "v1/" in name and not writing.is_set():
            writing.set()
            assert deleted.wait(20)
        return save(self, name, content)

    monkeypatch.setattr(WholeFileStorage, "_save", slow_save)
    worker = threading.Thread(target=render_and_close, args=[image])
    worker.start()
    assert writing.wait(20)
    remove(item=Image.objects.get(pk=image.pk))
    Job.objects.exclude(kind="publishing.delete_files").delete()
    run_all_due()
    assert samples.names_in(folder_of(image)) == []
    deleted.set()
    worker.join(60)

    assert samples.names_in(folder_of(image)) == []


def render_and_close(image):
    try:
        render_image(str(image.pk), job=Job())
    finally:
        connection.close()


# The folder ---------------------------------------------------------------------------------------------------------


class BreaksOff(File):
    """A file of which only the first half can be read."""

    def __init__(self, seen):
        self.seen = seen

    def chunks(self, chunk_size=None):
        yield b"half of it"
        self.seen()
        raise OSError("disk full")


def test_a_file_is_stored_whole_or_not_at_all(tmp_path):
    storage = WholeFileStorage(location=tmp_path)
    seen = []
    with pytest.raises(OSError, match="disk full"):
        storage.save("images/x/full-400.jpg", BreaksOff(lambda: seen.append(storage.exists("images/x/full-400.jpg"))))

    assert seen == [False]
    assert list((tmp_path / "images/x").iterdir()) == []
    storage.save("images/x/full-400.jpg", ContentFile(b"all of it"))
    assert [path.name for path in (tmp_path / "images/x").iterdir()] == ["full-400.jpg"]
    assert (tmp_path / "images/x/full-400.jpg").read_bytes() == b"all of it"


def test_uploads_can_be_read_by_the_sites_own_account_alone(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    image = new_image()
    path = Path(default_storage.path(image.original.name))

    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent, tmp_path / "media")} == {
        0o700
    }
