"""How a style sheet is made into the one file that readers get."""

from __future__ import annotations

import pytest

from core.staticfiles import join_parts


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/* Why */\na {\n  color: red;\n}\n", "a{color:red}"),
        ("a,\nb > c {\n  margin: 0 1px;\n}", "a,b > c{margin:0 1px}"),
        ("nav :hover, a:hover { top: calc(1px + 2px); }", "nav :hover,a:hover{top:calc(1px + 2px)}"),
        ('a::after { content: "; /  :  }"; }', 'a::after{content:"; /  :  }"}'),
        ("a {\n  background:\n    url(x.svg),\n    none;\n}", "a{background:url(x.svg),none}"),
    ],
)
def test_a_style_sheet_says_the_same_in_less_space(written, sent):
    assert join_parts(written, str) == sent


def test_parts_stand_in_their_layers():
    parts = {"base.css": "a {\n  color: red;\n}\n", "brand.css": ":root { --brand: blue; }"}
    sheet = '@layer base;\n@import "brand.css";\n@import "base.css" layer(base);\n'
    assert join_parts(sheet, parts.__getitem__) == "@layer base;:root{--brand:blue}@layer base{a{color:red}}"
