"""Markup that is made once of each of its keys."""

from itertools import count

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.translation import override

from core.templatetags import remember


class Counter:
    """Says a new number whenever a template asks."""

    def __init__(self) -> None:
        self.numbers = count(1)

    @property
    def next(self) -> int:
        return next(self.numbers)


def made(source: str):
    template = Template("{% load remember %}" + source)
    return lambda **values: template.render(Context(values))


def test_markup_is_made_once_of_each_key():
    render, counter = made("{% remember key %}{{ counter.next }}{% endremember %}"), Counter()
    assert [render(key=key, counter=counter) for key in ("a", "a", "b", "a")] == ["1", "1", "2", "1"]


def test_two_places_do_not_share_what_they_remember():
    render = made("{% remember 1 %}here{% endremember %} {% remember 1 %}there{% endremember %}")
    assert [render(), render()] == ["here there"] * 2


def test_several_keys_count_together():
    render, counter = made("{% remember one other %}{{ counter.next }}{% endremember %}"), Counter()
    said = [render(one=1, other=other, counter=counter) for other in ((1,), (1, 2), (1,))]
    assert said == ["1", "2", "1"]


def test_what_has_no_key_is_made_anew():
    render, counter = made("{% remember key %}{{ counter.next }}{% endremember %}"), Counter()
    assert [render(key=None, counter=counter) for _ in range(2)] == ["1", "2"]
    assert [render(counter=counter) for _ in range(2)] == ["3", "4"]


def test_who_writes_templates_sees_every_change_at_once(settings):
    settings.DEBUG = True
    render, counter = made("{% remember key %}{{ counter.next }}{% endremember %}"), Counter()
    assert [render(key=1, counter=counter) for _ in range(2)] == ["1", "2"]


def test_each_language_has_its_own():
    render, counter = made("{% remember key %}{{ counter.next }}{% endremember %}"), Counter()
    said = []
    for language in ("en-gb", "cy", "en-gb"):
        with override(language):
            said.append(render(key=1, counter=counter))
    assert said == ["1", "2", "1"]


def test_what_was_escaped_is_not_escaped_again():
    render = made("{% remember key %}<b>{{ word }}</b>{% endremember %}")
    assert [render(key=1, word="<i>") for _ in range(2)] == ["<b>&lt;i&gt;</b>"] * 2


def test_the_oldest_gives_way(monkeypatch):
    monkeypatch.setattr(remember, "KEPT", 2)
    render, counter = made("{% remember key %}{{ counter.next }}{% endremember %}"), Counter()
    assert [render(key=key, counter=counter) for key in ("a", "b", "c", "b", "a")] == ["1", "2", "3", "2", "4"]


def test_a_place_without_a_key_is_a_mistake():
    with pytest.raises(TemplateSyntaxError, match="needs a key"):
        made("{% remember %}x{% endremember %}")


def test_a_block_inside_is_a_mistake():
    with pytest.raises(TemplateSyntaxError, match="around"):
        made("{% remember 1 %}{% block main %}{% endblock %}{% endremember %}")
