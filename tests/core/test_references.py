from __future__ import annotations

import pytest

from core import references


def test_a_reference_can_be_read_out_and_forms_no_word():
    made = {references.new_reference() for _ in range(2000)}
    assert len(made) == 2000
    for reference in made:
        assert len(reference) == 8
        assert set(reference) <= set("ABCDEFGHJKLMNPRSTUVWXY23456789")
        assert reference[2].isdigit()
        assert reference[5].isdigit()


def test_a_reference_is_printed_in_three_groups():
    assert references.format_reference("AB3DE5FG") == "AB3-DE5-FG"


@pytest.mark.parametrize("typed", ["AB3-DE5-FG", "ab3de5fg", " ab3 de5 fg ", "AB3–DE5–FG", "ab3-de5\t-fg"])
def test_a_reference_is_understood_however_it_is_typed(typed):
    assert references.parse_reference(typed) == "AB3DE5FG"


@pytest.mark.parametrize("typed", ["", "AB3DE5F", "AB3DE5FGH", "ABCDE5FG", "AB3DE5F0", "AB3DE5F\0", "<b>", "ＡB3DE5FG"])
def test_anything_else_is_no_reference(typed):
    assert references.parse_reference(typed) == ""
