"""Pages rendered in two steps are the very pages that one step gives."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.translation import get_language, override

from core import prerender as prerendering
from core.prerender import Incomplete, NotLasting, complete, prerender, release

BASE = """{% load prerender %}<title>{% block title %}{% endblock %}</title>
{% fresh %}{{ reader }}{% endfresh %}{% fresh %}{{ number.next }}{% endfresh %}
{% block main %}{% endblock %}"""
PAGE = """{% extends "base.test" %}{% load prerender %}
{% block title %}{{ story.title }} - {% fresh %}{{ reader }}{% endfresh %}{% endblock %}
{% block main %}<h1>{{ story.title }}</h1>{% for word in story.words %}<p>{{ word }}</p>{% endfor %}
{% include "aside.test" with heading=story.title %}{% endblock %}"""
ASIDE = """{% load prerender remember %}<aside>{{ heading }}
{% remember "all" %}{% fresh %}{% for other in others %}<a>{{ other }}</a>{% endfor %}{% endfresh %}{% endremember %}
</aside>"""


class Numbers:
    def __init__(self) -> None:
        self.numbers = count(1)

    @property
    def next(self) -> int:
        return next(self.numbers)


@pytest.fixture
def templates(settings):
    """`templates["name"] = "source"`; each test compiles its own."""
    sources: dict[str, str] = {"base.test": BASE, "page.test": PAGE, "aside.test": ASIDE}
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", sources)])
                ]
            },
        }
    ]
    before = dict(prerendering.fresh_nodes)
    prerendering.fresh_nodes.clear()
    yield sources
    prerendering.fresh_nodes.clear()
    prerendering.fresh_nodes.update(before)


STORY = SimpleNamespace(title="A <child> & the court", words=["One.", "Two."])


def values(**others) -> dict:
    return {"story": STORY, "reader": "Ada", "others": ["B", "<C>"], "number": Numbers()} | others


def completed(text: str, name: str = "page.test", **others) -> str:
    return complete(text, template_name=name, values=values(**others), request=RequestFactory().get("/"))


def test_a_completed_page_is_the_page_that_its_template_gives(templates):
    whole = get_template("page.test").render(values())
    assert "&lt;child&gt;" in whole
    assert "<a>&lt;C&gt;</a>" in whole
    text = prerender("page.test", {"story": STORY})
    assert completed(text) == whole
    # A second time, and after the template was rendered at once: nothing of one page stays for the next.
    assert completed(text) == get_template("page.test").render(values()) == whole


def test_what_is_fresh_is_made_for_each_reader_and_the_rest_once(templates):
    templates["once.test"] = (
        "{% load prerender %}{{ number.next }} {% fresh %}{{ number.next }} {{ reader }}{% endfresh %}"
    )
    text = prerender("once.test", {"number": Numbers()})
    number = Numbers()
    assert completed(text, "once.test", number=number) == "1 1 Ada"
    assert completed(text, "once.test", number=number, reader="Ben") == "1 2 Ben"


@pytest.mark.parametrize(
    "source",
    [
        "{{ reader }}",
        "{% if reader %}yes{% endif %}",
        "{% if story and reader %}yes{% endif %}",
        "{% if not reader %}no{% endif %}",
        "{% for other in others %}{{ other }}{% endfor %}",
        "{{ story.title|default:reader }}",
        '{% include "aside.test" with heading=reader %}',
        "{% load remember %}{% remember 1 %}{{ reader }}{% endremember %}",
    ],
)
def test_a_template_that_would_keep_what_only_a_reader_knows_is_refused(templates, source):
    templates["wrong.test"] = source
    with pytest.raises(NotLasting, match=r"known only when the page is read: put what uses it into \{% fresh %\}"):
        prerender("wrong.test", {"story": STORY})


def test_no_text_of_a_page_can_open_a_place(templates):
    templates["base.test"] = BASE
    known = prerender("page.test", {"story": STORY})
    mark = known.partition("\n")[0]
    story = SimpleNamespace(title=f"{mark}base.test 1{mark} base.test 1", words=[])
    page = completed(prerender("page.test", {"story": story}), story=story)
    assert f"<h1>{mark}base.test 1{mark} base.test 1</h1>" in page


def test_a_process_that_has_not_compiled_the_templates_says_so_and_then_knows_them(templates):
    text = prerender("page.test", {"story": STORY})
    prerendering.fresh_nodes.clear()
    with pytest.raises(Incomplete):
        completed(text)


def test_a_page_is_prerendered_in_the_language_of_the_site_whoever_publishes(templates, settings):
    templates["language.test"] = "{% load i18n %}{% get_current_language as spoken %}{{ spoken }}"
    with override("cy"):
        text = prerender("language.test", {})
        assert get_language() == "cy"
    assert completed(text, "language.test") == settings.LANGUAGE_CODE


def test_a_block_inside_a_fresh_part_is_refused(templates):
    templates["wrong.test"] = "{% load prerender %}{% fresh %}{% block main %}{% endblock %}{% endfresh %}"
    with pytest.raises(TemplateSyntaxError, match="one inside it does not"):
        get_template("wrong.test")


@pytest.mark.parametrize("changed", ["core/any.py", "templates/any.html", "requirements/base.txt", "locale/cy/any.mo"])
def test_a_change_of_code_templates_words_or_libraries_is_another_release(settings, tmp_path, changed):
    for name in ("core/any.py", "templates/any.html", "requirements/base.txt", "locale/cy/any.mo", "core/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    settings.BASE_DIR = tmp_path
    before = release.__wrapped__()
    (tmp_path / "core" / "notes.txt").write_text("after")
    assert release.__wrapped__() == before
    (tmp_path / changed).write_text("after")
    assert release.__wrapped__() != before
