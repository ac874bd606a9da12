"""A page in Welsh is read in a Welsh voice wherever its words stand, whatever kind of page it is."""

import pytest

from campaigns.models import Action, Endorsement, Milestone
from pages.models import StandingPage
from publishing.language_check import wrongly_marked
from publishing.models import (
    BLOCK_MODELS,
    Callout,
    Contact,
    Download,
    Links,
    MediaFile,
    Person,
    Question,
    Quote,
    Statistics,
    Text,
)
from publishing.publish import publish
from tests.factories import make_article, make_campaign, make_landing_page, make_resource, make_series, make_topic

pytestmark = pytest.mark.django_db

WELSH = {
    "language": "cy",
    "title": "Mae’r plentyn yn siarad",
    "standfirst": "Beth fydd yn digwydd nesaf?",
    "content_note": "Mae hwn yn anodd.",
}


def standing(**fields):
    return StandingPage.objects.create(**WELSH | fields)


def campaign():
    found = make_campaign(**WELSH)
    Action.objects.create(campaign=found, audience="Os ydych yn athro", text="Gallwch siarad.")
    Endorsement.objects.create(campaign=found, quote="Mae hyn yn wir.", name="Nerys")
    Milestone.objects.create(
        campaign=found, happened_on=found.opens_on, title="Mae yn dechrau", text="Ond nid yn hawdd."
    )
    return found


PAGES = {
    "article": lambda: make_article(**WELSH, text="", series=make_series(), series_position=1),
    "resource": lambda: make_resource(**WELSH, written_for="Teuluoedd sydd yn siarad", contents="Beth sydd yma | 2"),
    "standing page": lambda: standing(slug="cymraeg", shows_helplines=True),
    "landing page": lambda: make_landing_page(**WELSH),
    "contact": lambda: standing(slug="contact"),
    "help": lambda: standing(slug="get-help-now"),
    "campaign": campaign,
}


def add_blocks(document):
    for model in BLOCK_MODELS:
        model.objects.filter(parent=document).delete()
    file = MediaFile.objects.create(title="a", token="a" * 32, format="pdf", size=2048, pages=2, file="files/a.pdf")
    statistics = {
        "heading": "Faint sydd yma?",
        "display": "bars",
        "source_text": "What was found",
        "as_at": "2021",
        "figures": [{"value": "1", "label": "plentyn ym mhob ysgol", "amount": 20}],
    }
    text = "<h2>Croeso yma</h2><p>Mae rhaid siarad.</p><h2>Beth sydd nesaf?</h2><h2>Pwy sydd yma?</h2>"
    blocks = [
        (Text, {"html": text}),
        (Callout, {"tone": "content-note", "heading": "Mae yn anodd.", "html": "<p>Mae yn drist.</p>"}),
        (Quote, {"style": "quote", "text": "Mae hi yn siarad.", "attribution": "Nerys"}),
        (Download, {"file": file, "label": "Beth i wneud yn yr ysgol"}),
        (Links, {"heading": "Beth sydd yma?", "lines": "Pwy ydych chi? | /"}),
        (Statistics, statistics),
        (Contact, {"heading": "Pwy sydd yn gwybod?", "name": "Nerys", "text": "Mae hi yma.", "address": "/contact/"}),
        (Person, {"name": "Nerys", "text": "Mae hi yn siarad.", "address": "/contact/"}),
        (Question, {"question": "Pwy sydd yn dod?", "html": "<p>Mae rhaid aros.</p>"}),
    ]
    for number, (model, fields) in enumerate(blocks):
        model.objects.create(parent=document, region="main", ordering=10 * number, **fields)


@pytest.mark.parametrize("kind", PAGES)
def test_welsh_is_marked_on_every_kind_of_page_and_in_every_list(client, kind):
    document = PAGES[kind]()
    topic = make_topic("Family life")
    document.topics.set([topic])
    add_blocks(document)
    publish(document=document, by=None)
    own = client.get(document.path)
    assert own.status_code == 200
    assert own.text.count(WELSH["title"]) >= 2
    for address in (document.path, "/", "/news/", "/resources/", "/campaigns/", "/topics/family-life/"):
        assert list(wrongly_marked(client.get(address).text)) == [], address
