"""What says in which language something is."""

import pytest
from django.conf import settings

from publishing.languages import lang_attributes, open_graph_locale, own_name


@pytest.mark.parametrize(
    ("language", "within", "attributes"),
    [
        ("en-gb", "en-gb", ""),
        ("cy", "en-gb", ' lang="cy"'),
        ("cy", "cy", ""),
        ("en-gb", "cy", ' lang="en-gb"'),
        ("ur", "en-gb", ' lang="ur" dir="rtl"'),
        ("ar", "ur", ' lang="ar"'),
        ("en-gb", "ar", ' lang="en-gb" dir="ltr"'),
    ],
)
def test_only_what_is_in_another_language_than_around_it_says_so(language, within, attributes):
    assert lang_attributes(language, within=within) == attributes


def test_every_language_has_a_name_of_its_own_and_one_for_cards():
    for code, _name in settings.LANGUAGES:
        assert own_name(code)
        assert open_graph_locale(code)[-3] == "_"
    assert (own_name("en-gb"), open_graph_locale("en-gb")) == ("English", "en_GB")
    assert (own_name("cy"), open_graph_locale("cy")) == ("Cymraeg", "cy_GB")
