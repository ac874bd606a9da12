"""What can be read off the style sheets and templates themselves, without a page or a browser."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from campaigns.templatetags.campaign_words import hashtag_parts

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
READER_SHEETS = ["css/tokens.css", "css/site.css"]
# Mails need inline styles and the admin has a style sheet of its own.
READER_TEMPLATES = sorted(
    path for path in TEMPLATES.rglob("*.html") if not {"admin", "emails"} & set(path.relative_to(TEMPLATES).parts)
)

# WCAG 1.4.6 for text, 1.4.11 for controls and focus.
TEXT, CONTROL = 7.0, 3.0
SURFACES = ["page", "raised", "mist", "egg", "primrose", "blush"]
PAIRS = [
    *[(front, back, TEXT) for front in ["ink", "ink-soft", "brand", "link"] for back in SURFACES],
    *[("link-hover", back, TEXT) for back in ["page", "egg", "primrose"]],
    *[(front, "deep", TEXT) for front in ["on-deep", "on-deep-soft", "on-deep-accent"]],
    *[("on-brand", back, TEXT) for back in ["brand-fill", "brand-fill-hover"]],
    *[("on-gorse", back, TEXT) for back in ["gorse", "gorse-hover"]],
    ("on-exit", "exit", TEXT),
    ("on-danger", "danger-fill", TEXT),
    *[("danger", back, TEXT) for back in ["page", "raised", "danger-tint"]],
    *[("ok", back, TEXT) for back in ["page", "ok-tint"]],
    *[(front, back, TEXT) for front in ["ink", "link"] for back in ["ok-tint", "danger-tint"]],
    *[("line-strong", back, CONTROL) for back in SURFACES],
    ("brand-fill", "page", CONTROL),
    ("gorse", "deep", CONTROL),
    ("focus", "focus-edge", CONTROL),
]


def palette(scheme: str) -> dict[str, str]:
    light, dark = (STATIC / "css/tokens.css").read_text().split("@media screen and (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--c-([a-z-]+):\s*(#[0-9a-f]{6})", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--c-([a-z-]+):\s*(#[0-9a-f]{6})", dark))
    return colours


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted([luminance(one), luminance(two)])
    return (high + 0.05) / (low + 0.05)


def relative(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme):
    colours = palette(scheme)
    short = {
        f"{front} on {back}": round(contrast(colours[front], colours[back]), 1)
        for front, back, need in PAIRS
        if contrast(colours[front], colours[back]) < need
    }
    assert short == {}


def test_the_style_sheets_of_a_page_are_small():
    size = sum(len(gzip.compress((STATIC / sheet).read_bytes(), 9)) for sheet in READER_SHEETS)
    assert size <= 15 * 1024


def test_every_colour_is_a_token():
    """Plain hex stands in tokens.css; in site.css only for print and for browsers that know no custom properties."""
    sheet = (STATIC / "css/site.css").read_text()
    assert re.findall(r"#[0-9a-f]{3,6}\b", sheet.split("@layer print {")[0]) == []


def test_only_hiding_is_important():
    lines = [line for line in (STATIC / "css/site.css").read_text().splitlines() if "!important" in line]
    assert len(lines) == 2
    assert ".vh" in lines[0]
    assert ".no-print" in lines[1]


def test_every_token_in_use_exists():
    sheets = "".join((STATIC / sheet).read_text() for sheet in READER_SHEETS)
    # --flow and --meter are set by a component for its own parts.
    used = set(re.findall(r"var\((--[a-z0-9-]+)", sheets))
    assert used - set(re.findall(r"(--[a-z0-9-]+):", sheets)) == set()


def test_every_file_that_a_style_sheet_names_exists():
    for sheet in (STATIC / "css").glob("*.css"):
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


@pytest.mark.parametrize("art", ["families", "professionals", "supporters"])
def test_every_door_has_its_picture(art):
    assert finders.find(f"img/door-{art}.svg")


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
    assert "frame" not in text
    assert "{% url" not in text
    assert "not saved" in text


@pytest.mark.parametrize(
    ("hashtag", "parts"),
    [
        ("#Respect4SocialWork", ["#Respect4", "SocialWork"]),
        ("#ChildrensCharter", ["#Childrens", "Charter"]),
        ("#fairness", ["#fairness"]),
        ("#TŷArÂgor", ["#TŷAr", "Âgor"]),
        ("", [""]),
    ],
)
def test_a_long_hashtag_breaks_between_its_words(hashtag, parts):
    assert hashtag_parts(hashtag) == parts
