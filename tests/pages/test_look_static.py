"""What can be read off the style sheets and templates themselves, without a page or a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from campaigns.hashtag import hashtag_parts
from pages.models import Door

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
SHEETS = {path.name: path.read_text() for path in (STATIC / "css").rglob("*.css")}
# Mails need inline styles and the admin has a style sheet of its own.
READER_TEMPLATES = sorted(
    path
    for path in [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.svg")]
    if not {"admin", "emails"} & set(path.relative_to(TEMPLATES).parts)
)


def relative(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def test_every_colour_is_a_token():
    """Print and the oldest phones use black and white; the admin has colours of its own."""
    plain = {
        name: found
        for name, text in SHEETS.items()
        if name not in {"brand.css", "tokens.css", "admin.css", "desk.css"}
        and (found := set(re.findall(r"#[0-9a-f]{3,6}\b", text)) - {"#000", "#fff"})
    }
    assert plain == {}


def test_only_hiding_is_important():
    lines = {name: text.count("!important") for name, text in SHEETS.items() if "!important" in text}
    assert lines == {"utilities.css": 1, "print.css": 1}


def test_every_token_in_use_exists():
    # What Django's admin defines is no token of ours.
    text = "".join(text for name, text in SHEETS.items() if name not in {"admin.css", "desk.css"})
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) - set(re.findall(r"(--[a-z0-9-]+):", text)) == set()


def test_every_file_that_a_style_sheet_names_exists():
    for sheet in (STATIC / "css").rglob("*.css"):
        for name in re.findall(r'url\("([^"#][^"]*)"\)', sheet.read_text()):
            if not name.startswith("data:"):
                assert (sheet.parent / name).resolve().is_file(), f"{sheet.name}: {name}"


def test_fonts_come_with_their_licence():
    assert {path.suffix for path in (STATIC / "fonts").iterdir()} == {".woff2", ".txt"}
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/OFL.txt").read_text()


def test_every_file_that_a_template_names_exists():
    missing = [
        f"{relative(path)}: {name}"
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""{% static ['"]([^'"]+)['"] %}""", path.read_text())
        if not finders.find(name)
    ]
    assert missing == []


def test_every_door_has_its_picture():
    for art in Door.Art.values:
        assert (TEMPLATES / f"art/door-{art}.svg").is_file()


def found_in_templates(pattern: str) -> list[tuple[str, str]]:
    return [(relative(path), found) for path in READER_TEMPLATES for found in re.findall(pattern, path.read_text())]


def test_no_template_holds_a_style_or_a_script():
    assert found_in_templates(r"<style|\sstyle=|javascript:|\son[a-z]+=|<script(?![^>]*\ssrc=)") == []


def test_no_template_calls_on_somebody_else():
    assert found_in_templates(r"""(?:src|href|action)=["'](?:https?:)?//[^"']*""") == []


def test_the_skeleton_of_every_page_has_seven_blocks():
    blocks = re.findall(r"{% block (\w+) %}", (TEMPLATES / "base.html").read_text())
    assert blocks == ["title", "description", "head", "exit", "banner", "main", "scripts"]


def test_the_exit_stands_right_behind_the_skip_link():
    body = (TEMPLATES / "base.html").read_text().split("<body>")[1]
    places = [body.index(part) for part in ['class="skip"', "_exit.html", "_banner.html", "_header.html", "block main"]]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["errors/500.html", "errors/503.html"])
def test_the_pages_for_a_broken_server_ask_for_nothing(name):
    text = (TEMPLATES / name).read_text() + (TEMPLATES / "errors/_plain_base.html").read_text()
    assert "{{ site." not in text
    assert "{% url" not in text
    assert "not saved" in text


@pytest.mark.parametrize(
    ("hashtag", "parts"),
    [
        ("#Respect4SocialWork", ["#Respect4", "SocialWork"]),
        ("#ChildrensCharter", ["#Childrens", "Charter"]),
        ("#fairness", ["#fairness"]),
        ("#TŷArÂgor", ["#TŷAr", "Âgor"]),
        ("", []),
    ],
)
def test_a_long_hashtag_breaks_between_its_words(hashtag, parts):
    assert hashtag_parts(hashtag) == parts
