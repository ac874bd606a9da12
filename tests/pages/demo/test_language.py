"""What is Welsh on the demonstration site is read in a Welsh voice, and what is English in an English one."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from articles.models import Author, Series
from pages.demo.load import load_demo
from publishing.language_check import wrongly_marked
from publishing.models import Edition, Topic
from tests.factories import make_staff

LISTS = ["/", "/news/", "/resources/", "/resources/?page=2", "/campaigns/", "/contact/write/"]
#: Not of a single word in an English sentence or of the name "Cymraeg": a word alone can be of any language.
MARK = re.compile(r'(?<!<em)(?<!<strong)(?<!hreflang="cy") lang="cy"')


def demo_pages() -> dict[str, str]:
    load_demo(by=make_staff())
    addresses = [*LISTS, *Edition.objects.values_list("path", flat=True)]
    addresses += [f"/topics/{slug}/" for slug in Topic.objects.values_list("slug", flat=True)]
    addresses += [row.get_absolute_url() for model in (Author, Series) for row in model.objects.all()]
    answers = {address: Client().get(address) for address in addresses}
    return {address: answer.content.decode() for address, answer in answers.items() if answer.status_code == 200}


@pytest.mark.django_db
def test_every_welsh_word_on_every_page_is_marked_and_nothing_else_is():
    pages = demo_pages()
    assert len(pages) > 50
    faults = {address: list(wrongly_marked(html)) for address, html in pages.items()}
    assert {address: found for address, found in faults.items() if found} == {}

    # Each mark is needed: without it, the same look at the same page finds what stood in it.
    marked = {address: html for address, html in pages.items() if ' lang="cy"' in html}
    assert {"/resources/", "/resources/ymweliad-ar-ty/", "/authors/nerys-hallam/"} <= set(marked)
    unseen = []
    for address, html in marked.items():
        for mark in MARK.finditer(html):
            without = html[: mark.start()] + html[mark.end() :]
            if not list(wrongly_marked(without)):
                unseen.append((address, html[mark.start() - 40 : mark.end() + 40]))
    assert unseen == []
