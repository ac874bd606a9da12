"""Style sheets, templates and drawings as files: what can be read off them without a page or a browser.

One sheet for each component, joined for readers; no class that nobody uses; no colour outside brand.css and tokens.css.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage
from django.template.loader import render_to_string

from campaigns.hashtag import hashtag_parts
from core import brand, staticfiles
from pages.models import Door

STATIC = settings.BASE_DIR / "static"
CSS = STATIC / "css"
TEMPLATES = settings.BASE_DIR / "templates"
SHEETS = sorted(CSS.rglob("*.css"))
PRINT_OF_THE_GUIDES = settings.BASE_DIR / "pages" / "demo" / "files" / "sources" / "print.css"
ROOMS = ["core", "publishing", "articles", "campaigns", "enquiries", "feedback", "pages"]
BACK_OFFICE = {"admin.css", "desk.css", "reports.css"}
# What a class may be written in: templates, scripts, and the Python that makes HTML.
OURS = [
    path
    for folder in ["templates", "static/js", *ROOMS]
    for path in (settings.BASE_DIR / folder).rglob("*")
    if path.suffix in {".html", ".svg", ".js", ".py"} and "demo" not in path.parts
]
PAGES_AND_DRAWINGS = [path for path in OURS if path.suffix in {".html", ".svg"}]
# Mails need inline styles and the admin has a style sheet of its own.
READER_TEMPLATES = sorted(
    path for path in PAGES_AND_DRAWINGS if not {"admin", "emails"} & set(path.relative_to(settings.BASE_DIR).parts)
)
# Django's admin and our editor bring classes of their own; it makes some from the names of apps and fields.
MADE_FROM_NAMES = ("app-", "column-", "field-")
OUR_PREFIXES = ("--brand", "--desk")
# What a link leads to is no colour: href="#add".
HEX_COLOUR = re.compile(r"""(?<!href=")#[0-9a-fA-F]{3,8}\b""")


def relative(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


def in_admin(path: Path) -> bool:
    return "admin" in path.parts


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


def styled_classes(sheets: list[Path]) -> set[str]:
    selectors = " ".join(re.findall(r"[^{};]+(?=\{)", " ".join(map(without_comments, sheets))))
    return set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", selectors))


def written_classes(text: str) -> set[str]:
    """Every class in `class="..."`, in an argument `css="..."`, in `"class": "..."` and in a script's class lists."""
    values = re.findall(
        r"""(?:\bclass|\bcss(?:: str)?|className|"class")\s*[=:]\s*["']((?:\{[{%].*?[%}]\}|[^"'])*)["']""", text
    )
    values += re.findall(r"""classList\.\w+\(["']([^"']+)""", text)
    values += re.findall(r"""querySelector(?:All)?\(["']([^"']+)""", text)
    return set(re.findall(r"[\w-]+", " ".join(re.sub(r"\{[{%].*?[%}]\}", " ", value) for value in values)))


def words_of_others() -> set[str]:
    """The class names that the admin and its editor can put into a page."""
    found: set[str] = set()
    folders = {Path(storage.location) for finder in get_finders() for _path, storage in finder.list([])} - {STATIC}
    assert folders
    for folder in folders:
        for path in [*folder.rglob("*.js"), *folder.rglob("*.css"), *(folder.parent / "templates").rglob("*.html")]:
            found |= set(re.findall(r"[\w-]+", path.read_text(errors="ignore")))
    return found


def found_in_templates(pattern: str) -> list[tuple[str, str]]:
    return [(relative(path), found) for path in READER_TEMPLATES for found in re.findall(pattern, path.read_text())]


def test_there_is_something_to_look_at():
    """So that no rule below holds only because it looked at nothing."""
    assert len(SHEETS) > 30
    assert {"base.css", "admin.css", "desk.css", "tokens.css", "brand.css"} <= {path.name for path in SHEETS}
    assert {path.suffix for path in OURS} == {".html", ".svg", ".js", ".py"}
    assert len(READER_TEMPLATES) > 40
    assert {path.suffix for path in READER_TEMPLATES} == {".html", ".svg"}
    assert len(styled_classes(SHEETS)) > 100


# The style sheets as readers get them


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """The folder of our own style sheets as readers are given them."""
    folder = tmp_path_factory.mktemp("static")
    source = FileSystemStorage(STATIC)
    storage = staticfiles.StaticStorage(location=folder)
    paths = {}
    for path in STATIC.rglob("*"):
        if path.is_file() and path.suffix != ".js":
            name = path.relative_to(STATIC).as_posix()
            paths[name] = (source, name)
            with source.open(name) as file:
                storage.save(name, file)
    assert paths
    assert all(not isinstance(done, Exception) for _name, _hashed, done in storage.post_process(paths))
    return folder / "css"


def test_readers_get_all_styles_in_one_small_file(collected):
    (site,) = [path for path in collected.glob("site.*.css") if "@import" not in path.read_text()]
    text = site.read_text()

    parts = re.findall(r'@import "([^"]+)"', (CSS / "site.css").read_text())
    assert len(parts) > 30
    assert "--brand:" in text
    assert "@layer components{.skip{" in text
    assert text.index("@layer reset,") < text.index("--brand:") < text.index(".skip{") < text.index("@layer print{")
    # The address of a font holds good from where the joined file lies.
    assert re.search(r"\.\./fonts/besley-latin\.[0-9a-f]{12}\.woff2", text)
    assert len(gzip.compress(site.read_bytes(), 9)) <= 15 * 1024


def test_the_back_office_gets_the_brand_in_the_same_file(collected):
    assert any("--brand:" in path.read_text() for path in collected.glob("admin.*.css"))


def test_every_style_sheet_is_part_of_a_page():
    """site.css and admin.css name their parts; desk.css and reports.css are asked for by pages of the desk."""
    named = {"site.css", "admin.css", "desk.css", "reports.css"}
    for sheet in ["site.css", "admin.css"]:
        named |= set(re.findall(r'@import "([^"]+)"', (CSS / sheet).read_text()))
    assert {path.relative_to(CSS).as_posix() for path in SHEETS} == named


# How they are written


def test_a_person_can_read_every_style_sheet():
    """Each says first what it is for. No line over 120 characters, and one declaration a line."""
    hard = [
        f"{relative(sheet)}: {line.strip()}"
        for sheet in [*SHEETS, PRINT_OF_THE_GUIDES]
        for line in sheet.read_text().splitlines()
        if len(line) > 120 or re.search(r";\s*[\w-]+\s*:|\{[^}]*:[^}]*\}", re.sub(r"/\*.*?\*/", "", line))
    ]
    assert hard == []
    assert [relative(sheet) for sheet in SHEETS if not sheet.read_text().startswith("/* ")] == []


def test_no_style_sheet_has_the_same_rule_twice():
    """Two rules with one selector, side by side or far apart, are one rule. Inside @media and the like they may return.

    brand.css says what each of its groups of colours is.
    """
    twice = {
        relative(sheet): found
        for sheet in SHEETS
        if sheet.name != "brand.css"
        and (found := [rule for rule, times in Counter(outer_selectors(sheet)).items() if times > 1])
    }
    assert twice == {}


def outer_selectors(sheet: Path) -> list[str]:
    """The selectors of the rules that stand in no other."""
    found = re.findall(r"^([^\s@}][^{}]*?)\s*\{", without_comments(sheet), re.MULTILINE)
    assert found or re.search(r"^@", without_comments(sheet), re.MULTILINE), sheet
    return [re.sub(r"\s+", " ", selector) for selector in found]


def test_only_hiding_is_important():
    lines = {sheet.name: sheet.read_text().count("!important") for sheet in SHEETS}
    assert {name: number for name, number in lines.items() if number} == {"utilities.css": 1, "print.css": 1}


def test_every_file_that_a_style_sheet_names_exists():
    named = [
        (sheet, name)
        for sheet in [*SHEETS, PRINT_OF_THE_GUIDES]
        for name in re.findall(r'(?:url\(|@import )"([^"#][^"]*)"', sheet.read_text())
        if not name.startswith("data:")
    ]
    assert len(named) > 30
    assert [
        f"{relative(sheet)}: {name}" for sheet, name in named if not (sheet.parent / name).resolve().is_file()
    ] == []


def test_fonts_come_with_their_licence():
    assert {path.suffix for path in (STATIC / "fonts").iterdir()} == {".woff2", ".txt"}
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/OFL.txt").read_text()


# Classes


def test_every_class_with_a_style_is_used():
    used = set().union(*(written_classes(path.read_text()) for path in OURS))
    unused = styled_classes([sheet for sheet in SHEETS if sheet.name not in BACK_OFFICE]) - used
    assert unused == set()


def test_every_class_of_the_back_office_with_a_style_is_used():
    used = set().union(*(written_classes(path.read_text()) for path in OURS)) | words_of_others()
    names = set().union(*(re.findall(r"\w+", path.read_text()) for path in OURS if path.suffix == ".py"))
    styled = styled_classes([CSS / name for name in BACK_OFFICE])
    assert styled
    unused = {
        name for name in styled - used if not (name.startswith(MADE_FROM_NAMES) and name.split("-", 1)[1] in names)
    }
    assert unused == set()


def test_every_class_in_a_template_has_a_style_or_a_script():
    known = styled_classes(SHEETS) | set().union(
        *(re.findall(r"[\w-]+", path.read_text()) for path in OURS if path.suffix == ".js")
    )
    readers = set().union(*(written_classes(path.read_text()) for path in PAGES_AND_DRAWINGS if not in_admin(path)))
    staff = set().union(*(written_classes(path.read_text()) for path in PAGES_AND_DRAWINGS if in_admin(path)))
    assert readers
    assert staff
    assert readers - known == set()
    assert staff - known - words_of_others() == set()


# Colours


def test_every_colour_is_a_custom_property():
    """brand.css and tokens.css give each colour a name. All other sheets, templates and drawings use the names."""
    sheets = [path for path in [*SHEETS, PRINT_OF_THE_GUIDES] if path.name not in {"brand.css", "tokens.css"}]
    plain = {
        relative(path): found
        for path in [*sheets, *PAGES_AND_DRAWINGS]
        if (found := set(HEX_COLOUR.findall(path.read_text())))
    }
    assert plain == {}
    assert HEX_COLOUR.search((CSS / "tokens.css").read_text())


def test_every_custom_property_in_use_exists():
    """In the back office only ours are looked at: Django's admin defines many."""
    pages = [sheet for sheet in SHEETS if sheet.name not in BACK_OFFICE] + PAGES_AND_DRAWINGS
    used = properties_used([*pages, PRINT_OF_THE_GUIDES])
    staff = {name for name in properties_used([CSS / name for name in BACK_OFFICE]) if name.startswith(OUR_PREFIXES)}
    assert {"--c-page", "--art-teal", "--brand-light"} <= used
    assert {"--brand", "--desk-fill"} <= staff
    assert used - properties_defined([sheet for sheet in SHEETS if sheet.name not in BACK_OFFICE]) == set()
    assert staff - properties_defined([CSS / "brand.css"]) == set()


def properties_used(paths: list[Path]) -> set[str]:
    return set(re.findall(r"var\((--[a-z0-9-]+)", "".join(path.read_text() for path in paths)))


def properties_defined(sheets: list[Path]) -> set[str]:
    return set(re.findall(r"(--[a-z0-9-]+):", "".join(sheet.read_text() for sheet in sheets)))


def test_the_brand_colour_is_written_down_once():
    colour = brand.brand_colour()
    assert colour
    places = [path.name for path in [*OURS, *SHEETS] if colour in path.read_text().lower()]
    assert places == ["brand.css"]


@pytest.fixture
def brand_sheet(tmp_path, settings):
    """`brand_sheet("#123")` writes another brand."""

    def write(colour: str) -> None:
        sheet = tmp_path / "static" / "css" / "brand.css"
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text(f"/* --brand: one line */\n:root {{\n  --brand: {colour};\n  --brand-accent: #fc3;\n}}\n")
        settings.BASE_DIR = tmp_path
        brand.colour_of.cache_clear()

    yield write
    brand.colour_of.cache_clear()


@pytest.mark.parametrize("colour", ["#0b4f2a", "#0B4F2A", "#063"])
def test_a_hex_colour_is_the_colour_of_the_browsers_bar_and_the_icon(brand_sheet, colour):
    brand_sheet(colour)

    assert brand.brand() == {"brand_colour": colour, "accent_colour": "#fc3"}
    icon = render_to_string("favicon.svg", brand.brand())
    assert f'color="{colour}"' in icon
    assert 'fill="#fc3"' in icon


@pytest.mark.django_db
@pytest.mark.parametrize("colour", ["rgb(11 79 42)", "oklch(0.4 0.1 150)", "#12345", "darkgreen"])
def test_a_brand_in_another_notation_breaks_no_page(client, brand_sheet, colour):
    brand_sheet(colour)

    page = client.get("/contact/")
    assert page.status_code == 200
    assert "theme-color" not in page.text
    assert 'color="black"' in client.get("/favicon.svg").text


# Templates


def test_every_file_that_a_template_names_exists():
    named = [
        (path, name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""{% static ['"]([^'"]+)['"] %}""", path.read_text())
    ]
    assert named
    assert [f"{relative(path)}: {name}" for path, name in named if not finders.find(name)] == []


def test_every_door_has_its_picture():
    assert Door.Art.values
    for art in Door.Art.values:
        assert (TEMPLATES / f"art/door-{art}.svg").is_file()


def test_a_telephone_number_becomes_a_link_in_one_place():
    assert [path for path, _found in found_in_templates(r"tel:")] == ["templates/includes/_telephone.html"]


def test_no_template_holds_a_style_or_a_script():
    assert found_in_templates(r"<style|\sstyle=|javascript:|\son[a-z]+=|<script(?![^>]*\ssrc=)") == []


def test_no_template_calls_on_somebody_else():
    assert found_in_templates(r"""(?:src|href|action)=["'](?:https?:)?//[^"']*""") == []


def test_the_skeleton_of_every_page_has_seven_blocks():
    blocks = re.findall(r"{% block (\w+) %}", (TEMPLATES / "base.html").read_text())
    assert blocks == ["title", "description", "head", "exit", "banner", "main", "scripts"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("base.html", ["_skip.html", "_exit.html", "_banner.html", "_header.html", "block main"]),
        ("errors/_plain_base.html", ["_skip.html", "_exit.html", 'class="header"', "block message"]),
    ],
)
def test_the_exit_stands_right_behind_the_skip_link(name, parts):
    body = (TEMPLATES / name).read_text().split("<body>")[1]
    places = [body.index(part) for part in parts]
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
