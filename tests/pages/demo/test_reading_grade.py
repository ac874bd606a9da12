"""Pages for families and young people can be read by somebody who left school at eleven, or is tired, or afraid."""

from __future__ import annotations

import pytest

from bench.reading import FORMS, TARGETS, forms_with_targets, grade, pages_with_targets, table
from pages.demo.load import load_demo
from tests.factories import make_staff

EASY = "<p>She came back. She sat down. We had tea.</p>"
HARD = "<p>Multidisciplinary safeguarding arrangements necessitate comprehensive documentation.</p>"


@pytest.mark.django_db
def test_every_page_for_families_and_young_people_is_easy_to_read():
    load_demo(by=make_staff())
    pages = list(pages_with_targets())
    lines, missed = table(pages)
    print(f"\n{lines}")
    paths = {path for path, _html, _target in pages}
    assert set(TARGETS) <= paths
    assert "/resources/before-the-first-visit/" in paths
    assert "/resources/asking-for-an-expert/" not in paths
    assert missed == []


@pytest.mark.django_db
def test_the_forms_for_families_and_young_people_are_easy_to_read_with_their_notes_and_mistakes():
    lines, missed = table(forms_with_targets())
    print(f"\n{lines}")
    assert len(lines.splitlines()) == len(FORMS) + 1
    assert missed == []


def test_the_grade_is_that_of_the_published_formula():
    assert grade("<p>The cat sat on the mat.</p>") == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert grade("<p>A baby is happy.</p>") == pytest.approx(0.39 * 4 + 11.8 * 6 / 4 - 15.59)


def test_an_item_of_a_list_and_a_cell_are_sentences_of_their_own():
    assert grade("<ul><li>Tea</li><li>Bread</li></ul>") == pytest.approx(grade("<p>Tea. Bread.</p>"))
    assert grade("<p>She was <strong>not</strong> at <a href='/'>home</a>.</p>") == grade("<p>She was not at home.</p>")


@pytest.mark.parametrize(
    "left_out",
    ["<h2>Tea</h2>", "<p>0800 1111</p>", '<p lang="cy">Paned o de.</p>', '<div lang="cy"><p>Te.</p><p>Te.</p></div>'],
)
def test_headings_numbers_and_welsh_make_nothing_easier(left_out):
    assert grade(left_out + HARD) == grade(HARD) > 20


def test_a_page_that_is_too_hard_or_has_an_endless_sentence_is_named():
    endless = EASY * 30 + "<p>" + "and she had tea " * 8 + "</p>"
    assert grade(endless) < 5
    lines, missed = table([("/easy/", EASY, 5.0), ("/hard/", HARD, 5.0), ("/endless/", endless, 5.0)])
    assert missed == ["/hard/", "/endless/"]
    assert ["MISSED" in line for line in lines.splitlines()] == [False, False, True, True]
