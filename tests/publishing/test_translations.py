"""Pages that say the same in two languages lead to each other while both are public."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.content import load_period
from publishing.publish import publish, withdraw
from publishing.reading import find
from publishing.translations import translations_of
from tests.factories import make_article

pytestmark = pytest.mark.django_db

ENGLISH, WELSH, POLISH = "/news/a-visit/", "/news/ymweliad/", "/news/wizyta/"


@pytest.fixture
def pair():
    """A page and the same in Welsh, both public."""
    english = make_article("A visit")
    welsh = make_article("Ymweliad", language="cy", translation_of=english)
    publish(document=english, by=None)
    publish(document=welsh, by=None)
    return english, welsh


def others(path, **later):
    at = timezone.now() + timedelta(**later)
    found = translations_of(find(path, at=at), period=load_period(at=at))
    return {page["name"]: page["path"] for page in found}


def test_each_leads_to_the_other_in_its_own_language(pair, client):
    assert others(ENGLISH) == {"Cymraeg": WELSH}
    assert others(WELSH) == {"English": ENGLISH}
    english, welsh = client.get(ENGLISH).text, client.get(WELSH).text
    assert f'<a href="{WELSH}" hreflang="cy" lang="cy">Cymraeg</a>' in english
    assert f'<a href="{ENGLISH}" hreflang="en-gb">English</a>' in welsh
    for page in (english, welsh):
        for language, path in (("cy", WELSH), ("en-gb", ENGLISH)):
            assert f'<link rel="alternate" hreflang="{language}" href="http' in page
            assert f'{path}">' in page


def test_a_third_language_leads_to_both(pair):
    publish(document=make_article("Wizyta", language="pl", translation_of=pair[0]), by=None)
    assert others(POLISH) == {"Cymraeg": WELSH, "English": ENGLISH}
    assert others(WELSH) == {"polski": POLISH, "English": ENGLISH}


def test_nobody_is_led_to_a_page_that_is_withdrawn_or_yet_to_come(pair):
    english, welsh = pair
    withdraw(document=welsh, by=None)
    assert others(ENGLISH) == {}
    publish(document=welsh, by=None, at=timezone.now() + timedelta(days=1))
    assert others(ENGLISH) == {}
    assert others(ENGLISH, days=2) == {"Cymraeg": WELSH}
    withdraw(document=english, by=None)
    assert others(WELSH, days=2) == {}


def test_a_page_that_moved_is_found_where_it_is_now(pair):
    pair[0].slug = "a-home-visit"
    pair[0].save()
    publish(document=pair[0], by=None)
    assert others(WELSH) == {"English": "/news/a-home-visit/"}


def test_a_page_alone_leads_nowhere_else(client):
    publish(document=make_article("A visit"), by=None)
    page = client.get(ENGLISH).text
    assert "Also in" not in page
    assert "alternate" not in page


def test_a_page_cannot_translate_itself_or_a_translation(pair):
    english, welsh = pair
    english.translation_of = english.document_ptr
    with pytest.raises(ValidationError, match="translation of itself"):
        english.full_clean()
    english.translation_of = welsh.document_ptr
    with pytest.raises(ValidationError, match="translation_of"):
        english.full_clean()
