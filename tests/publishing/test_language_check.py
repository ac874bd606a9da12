"""Which words would be read aloud in the wrong voice."""

import pytest

from publishing.language_check import language_of, wrongly_marked, wrongly_marked_in
from publishing.publish import build_edition
from tests.factories import make_article


@pytest.mark.parametrize(
    "text",
    [
        "Ymweliad â’r tŷ",
        "Yn Gymraeg",
        "Croeso",
        "Eich hawliau",
        "Pwy sy'n dod?",
        "Beth fydd yn digwydd nesaf?",
        "Pa gyfraith?",
        "Ffoniwch 999 ar unwaith.",
        "Gallwch siarad Cymraeg yn ystod yr ymweliad.",
    ],
)
def test_short_welsh_is_known(text):
    assert language_of(text) == "cy"


@pytest.mark.parametrize(
    "text",
    [
        "Cafcass Cymru, Wales.",
        "Nerys Hallam and Pam Llewellyn",
        "We’re here, and we’ll listen. Don’t wait.",
        "The OS, the EU, the UN and NI: a plan for you",
        "A child of four may have English for school and “ysgol” for everything that hurts.",
        "Rhythm, myriad",
        "Children First",
        "0800 1111",
        "",
    ],
)
def test_names_and_welsh_words_in_an_english_sentence_are_not_welsh(text):
    assert language_of(text) != "cy"


WELSH = "Mae’r plentyn yn siarad."


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{WELSH}</p>",
        f"<h2>{WELSH}</h2>",
        f"<ul><li>One</li><li>{WELSH}</li></ul>",
        f"<title>{WELSH}</title>",
        f'<meta name="description" content="{WELSH}">',
        f'<img src="/a.jpg" alt="{WELSH}">',
        f"<p>They say it in <em>{WELSH}</em> and in English, and that is what you hear.</p>",
        f'<div lang="cy"><p>{WELSH}</p></div><p>{WELSH}</p>',
        f'<div lang="cy"><p lang="en-GB">{WELSH}</p></div>',
        "<p>Mae’r <strong>plentyn</strong> yn siarad.",
        '<p lang="cy">What will happen when they come?</p>',
    ],
)
def test_the_wrong_voice_is_found_wherever_the_words_stand(html):
    assert list(wrongly_marked(html))


@pytest.mark.parametrize(
    "html",
    [
        f'<p lang="cy">{WELSH}</p>',
        f'<article lang="cy"><h2>{WELSH}</h2><p lang="en-GB">What will happen?</p></article>',
        '<p>Say <em lang="cy">mae’n ddrwg gen i</em>, and what you mean by it.</p>',
        '<p lang="pl">Co będzie dalej? Na pewno wszystko będzie y un ac.</p>',
        "<script>var yn = 'mae yr';</script><style>.yn.yr{}</style>",
    ],
)
def test_what_is_marked_rightly_is_left_alone(html):
    assert list(wrongly_marked(html)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["title", "standfirst", "content_note"])
def test_the_words_around_a_text_are_looked_at_too(field):
    article = make_article(**{field: WELSH}, text="<p>The child is heard.</p>", slug="a")
    edition = build_edition(article, at=article.created_at)
    assert wrongly_marked_in(edition) == [(WELSH, "cy")]
