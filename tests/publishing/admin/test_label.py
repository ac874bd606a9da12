"""Topics, authors and series in the back office."""

import pytest

from articles.models import Article, Byline
from publishing.publish import publish
from tests.factories import make_article, make_author, make_series, make_topic

pytestmark = pytest.mark.django_db


def test_topics_are_found_by_name(staff):
    make_topic("Family courts")
    make_topic("Online safety")
    words = staff.get("/admin/publishing/topic/", {"q": "court"}).content.decode()
    assert "Family courts" in words
    assert "Online safety" not in words


@pytest.mark.parametrize("kind", ["topic", "author", "series"])
def test_a_label_of_a_published_page_keeps_its_address_and_stays(staff, kind):
    topic, author, series = make_topic("Courts"), make_author("Callum"), make_series()
    article = make_article(series=series, series_position=1, topics=[topic])
    byline = Byline.objects.create(document=article, author=author)
    row = {"topic": topic, "author": author, "series": series}[kind]
    change = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    assert 'name="slug"' in staff.get(change).content.decode()
    publish(document=article, by=None)
    # Taken out of the working copy it still stands on the published page.
    byline.delete()
    Article.objects.update(series=None, series_position=None)
    article.topics.clear()
    assert 'name="slug"' not in staff.get(change).content.decode()
    assert staff.post(change.replace("change", "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    staff.post(change.replace(f"{row.pk}/change/", ""), chosen)
    assert type(row).objects.filter(pk=row.pk).exists()
