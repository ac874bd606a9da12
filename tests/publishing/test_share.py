"""The picture beside a link: which one a page names, who may see it, and what the worker draws and deletes."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from PIL import Image as Pillow

from core.content import current_period
from core.jobs import run_all_due
from core.models import Job
from pages.models import SiteSettings
from publishing import share
from publishing.jobs import tidy_share_pictures
from publishing.media.library import add_image, restore, withhold
from publishing.models import Edition
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_edition, make_live_pages, make_topic
from tests.publishing.admin_forms import fields_of
from tests.publishing.media import samples

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PATH = "/news/a-child-is-heard/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Titles are the same in many tests, and so would their pictures be."""
    settings.MEDIA_ROOT = tmp_path


def named_by(page) -> str:
    """The address of the picture that a page names."""
    return re.search(r'property="og:image" content="https?://[^/]+(/[^"]+)"', page.text)[1]


def picture_of_page(client, path=PATH) -> str:
    return named_by(client.get(path))


def neutral(client) -> str:
    return named_by(client.get("/"))


def is_sent(client, address) -> bool:
    answer = client.get(address)
    return answer.status_code == 200 and b"".join(answer.streaming_content).startswith(b"\xff\xd8")


def files() -> list[str]:
    return samples.names_in("share")


def asked_for() -> int:
    return Job.objects.unfinished().filter(kind=share.SHARE_KIND).count()


def tidy() -> None:
    tidy_share_pictures(now=timezone.now())
    run_all_due()


# What pages name


def test_every_page_names_a_picture_with_its_size_and_words(client):
    publish(document=make_article(), by=None)
    make_live_pages("about")
    for path, words in {
        PATH: "A child is heard",
        "/about/": "About",
        "/": "Children First",
        "/news/": "Children First",
    }.items():
        text = client.get(path).text
        assert text.count('property="og:image"') == 1, path
        assert '<meta property="og:image:width" content="1200">' in text
        assert '<meta property="og:image:height" content="630">' in text
        assert f'<meta property="og:image:alt" content="{words}">' in text
        assert '<meta name="twitter:card" content="summary_large_image">' in text
    assert neutral(client) == picture_of_page(client, "/news/") != picture_of_page(client)


def test_another_title_topic_or_name_of_the_site_is_another_address(client):
    article = make_article()
    seen = []

    def see():
        publish(document=article, by=None)
        seen.append(picture_of_page(client))

    see()
    article.title = "A child is heard at last"
    article.save()
    see()
    article.topics.add(make_topic("Family life"))
    see()
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": "Plant yn Gyntaf"})
    seen.append(picture_of_page(client))
    assert len(set(seen)) == 4


def test_a_page_with_a_picture_costs_no_more_queries(client, django_assert_num_queries):
    publish(document=make_article(), by=None)
    edition, period = Edition.objects.get(), current_period()
    with django_assert_num_queries(0):
        assert share.share_context(edition, period)["path"]


# Who may see what


def test_the_worker_draws_what_publishing_asked_for(client):
    publish(document=make_article(), by=None)
    assert files() == []
    run_all_due()

    answer = client.get(picture_of_page(client))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-cache"
    with Pillow.open(BytesIO(b"".join(answer.streaming_content))) as picture:
        assert picture.size == (1200, 630)
    again = client.get(picture_of_page(client), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_until_it_is_drawn_the_neutral_picture_stands_in(client):
    publish(document=make_article(), by=None)
    answer = client.get(picture_of_page(client))
    assert (answer.status_code, answer["Location"]) == (302, neutral(client))
    assert answer["Cache-Control"] == "no-store"

    # On a new site even that is not there yet.
    answer = client.get(neutral(client))
    assert (answer.status_code, answer["Location"]) == (302, "/icon-512.png")
    tidy()
    assert is_sent(client, neutral(client))


def test_a_title_that_waits_for_its_day_is_not_shown(client):
    article = make_article()
    tomorrow = timezone.now() + timedelta(days=1)
    edition = publish(document=article, by=None, at=tomorrow)
    run_all_due()
    address = share.address_of(edition, current_period())

    assert len(files()) == 1
    assert client.get(address).status_code == 404

    make_edition(article, live_from=timezone.now() - HOUR, live_until=tomorrow, title="The title of today")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, picture_of_page(client))


def test_a_sensitive_page_names_the_same_picture_as_every_other_one(client):
    publish(document=make_article("My story of being hit", is_sensitive=True), by=None)
    make_live_pages("about")
    tidy()

    page = client.get("/news/my-story-of-being-hit/")
    assert named_by(page) == neutral(client)
    assert len(files()) == 2
    assert 'og:image:alt" content="Children First"' in page.text


def test_a_page_that_becomes_sensitive_takes_its_picture_back(client):
    article = make_article()
    publish(document=article, by=None)
    run_all_due()
    earlier = picture_of_page(client)
    article.is_sensitive = True
    article.save()
    publish(document=article, by=None)

    assert client.get(earlier)["Location"] == neutral(client)
    tidy()
    assert [f"share/{name}" for name in files()] == [share.neutral_picture(current_period()).file_name]


def test_an_earlier_picture_leads_to_the_present_one(client):
    article = make_article()
    publish(document=article, by=None)
    earlier = picture_of_page(client)
    article.slug, article.title = "heard", "A child was heard"
    article.save()
    publish(document=article, by=None)

    assert client.get(earlier)["Location"] == picture_of_page(client, "/news/heard/")


def test_the_picture_of_a_withdrawn_page_is_gone_at_once(client):
    article = make_article()
    publish(document=article, by=None)
    run_all_due()
    address = picture_of_page(client)
    withdraw(document=article, by=None)

    assert client.get(address).status_code == 410


def test_a_withheld_photo_is_not_shown_on_the_picture_either(client):
    image = add_image(file=samples.upload(samples.saved(samples.halves(900, 600), "PNG")), title="Two halves")
    publish(document=make_article(image=image), by=None)
    run_all_due()
    address = picture_of_page(client)
    assert is_sent(client, address)

    withhold(item=image)
    assert client.get(address)["Location"] == neutral(client)
    tidy()
    assert len(files()) == 1

    restore(item=image)
    tidy()
    assert is_sent(client, address)


@pytest.mark.parametrize("path", ["/media/share/", "/media/share/xyz.jpg", "/media/share/000000000000000000/../x.jpg"])
def test_no_other_name_is_asked_of_the_storage(client, path):
    assert client.get(path).status_code == 404


def test_pages_that_never_were_have_no_picture(client):
    assert client.get("/media/share/000000000000000000/news/nothing.jpg").status_code == 404


# What is drawn and deleted


def test_publishing_again_unchanged_draws_nothing():
    article = make_article()
    publish(document=article, by=None)
    run_all_due()
    (name,) = files()
    default_storage.delete(f"share/{name}")
    with default_storage.open(f"share/{name}", "wb") as file:
        file.write(b"drawn before")
    publish(document=article, by=None)
    run_all_due()

    assert samples.stored(f"share/{name}") == b"drawn before"


def test_pictures_go_when_their_pages_are_over():
    article = make_article()
    publish(document=article, by=None)
    publish(document=make_article("Another"), by=None)
    tidy()
    assert len(files()) == 3

    article.title = "A child is heard at last"
    article.save()
    publish(document=article, by=None)
    tidy()
    assert len(files()) == 3
    withdraw(document=article, by=None)
    tidy()
    assert len(files()) == 2


def test_what_is_missing_is_drawn_within_the_hour(client, capsys):
    make_edition(make_article(), live_from=timezone.now() - HOUR)
    make_edition(make_article("Another"), live_from=timezone.now() - HOUR, is_sensitive=True)
    call_command("draw_share_pictures")
    assert capsys.readouterr().out == "2 pictures are left to the worker, 0 were deleted.\n"
    assert asked_for() == 2

    # Nothing is asked for twice.
    tidy_share_pictures(now=timezone.now())
    assert asked_for() == 2
    run_all_due()
    assert is_sent(client, picture_of_page(client))
    assert len(files()) == 2


def test_another_name_of_the_site_has_the_neutral_picture_drawn_at_once(staff, client):
    address = "/admin/pages/sitesettings/1/change/"
    SiteSettings.objects.get_or_create(pk=1)
    form = fields_of(staff.get(address).text)
    staff.post(address, form)
    assert asked_for() == 0
    staff.post(address, form | {"name": "Plant yn Gyntaf"})
    run_all_due()

    assert is_sent(client, neutral(client))


def test_the_job_of_a_picture_whose_photo_was_lost_is_given_up():
    image = add_image(file=samples.upload(samples.saved(samples.halves(900, 600), "PNG")), title="Two halves")
    publish(document=make_article(image=image), by=None)
    default_storage.delete(image.original.name)
    run_all_due()

    job = Job.objects.get(kind=share.SHARE_KIND)
    assert (job.status, job.error) == (Job.Status.DEAD, "original-missing")
