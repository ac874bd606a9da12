"""The style sheets as files: one for each component, joined for readers, and no class that nobody uses."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage

from core import staticfiles
from core.brand import brand_colour

CSS = settings.BASE_DIR / "static" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
# What a class may be written in: templates, scripts, and the Python that makes HTML.
OURS = [
    path
    for folder in ["templates", "static/js", "core", "publishing", "articles", "campaigns", "enquiries", "pages"]
    for path in (settings.BASE_DIR / folder).rglob("*")
    if path.suffix in {".html", ".svg", ".js", ".py"} and "demo" not in path.parts
]
# Django's admin and our editor bring classes of their own; it makes some from the names of apps and fields.
MADE_FROM_NAMES = ("app-", "column-", "field-")


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
    folders = [Path(storage.location) for finder in get_finders() for _path, storage in finder.list([])]
    for folder in {folder for folder in folders if folder != settings.BASE_DIR / "static"}:
        for path in [*folder.rglob("*.js"), *folder.rglob("*.css"), *(folder.parent / "templates").rglob("*.html")]:
            found |= set(re.findall(r"[\w-]+", path.read_text(errors="ignore")))
    return found


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """The folder of our own style sheets as readers are given them."""
    folder = tmp_path_factory.mktemp("static")
    source = FileSystemStorage(settings.BASE_DIR / "static")
    storage = staticfiles.StaticStorage(location=folder)
    paths = {}
    for path in (settings.BASE_DIR / "static").rglob("*"):
        if path.is_file() and path.suffix != ".js":
            name = path.relative_to(settings.BASE_DIR / "static").as_posix()
            paths[name] = (source, name)
            with source.open(name) as file:
                storage.save(name, file)
    assert all(not isinstance(done, Exception) for _name, _hashed, done in storage.post_process(paths))
    return folder / "css"


def test_readers_get_all_styles_in_one_small_file(collected):
    (site,) = [path for path in collected.glob("site.*.css") if "@import" not in path.read_text()]
    text = site.read_text()

    parts = re.findall(r'@import "([^"]+)"', (CSS / "site.css").read_text())
    assert len(parts) > 30
    assert "--brand:" in text
    assert re.search(r"@layer components \{\n\.skip \{", text)
    assert text.index("@layer reset,") < text.index("--brand:") < text.index(".skip {") < text.index("@layer print {")
    # The address of a font holds good from where the joined file lies.
    assert re.search(r"\.\./fonts/besley-latin\.[0-9a-f]{12}\.woff2", text)
    assert len(gzip.compress(site.read_bytes(), 9)) <= 15 * 1024


def test_the_back_office_gets_the_brand_in_the_same_file(collected):
    assert any("--brand:" in path.read_text() for path in collected.glob("admin.*.css"))


def test_every_style_sheet_is_part_of_a_page():
    """site.css and admin.css name their parts; desk.css is asked for by the page of an enquiry."""
    named = {"site.css", "admin.css", "desk.css"}
    for sheet in ["site.css", "admin.css"]:
        named |= set(re.findall(r'@import "([^"]+)"', (CSS / sheet).read_text()))
    assert {path.relative_to(CSS).as_posix() for path in SHEETS} == named


def test_a_person_can_read_every_style_sheet():
    """No line over 120 characters, and one declaration a line."""
    hard = [
        f"{sheet.relative_to(CSS)}: {line.strip()}"
        for sheet in SHEETS
        for line in sheet.read_text().splitlines()
        if len(line) > 120 or re.search(r";\s*[\w-]+\s*:|\{[^}]*:[^}]*\}", re.sub(r"/\*.*?\*/", "", line))
    ]
    assert hard == []


def test_every_class_with_a_style_is_used():
    used = set().union(*(written_classes(path.read_text()) for path in OURS))
    unused = styled_classes([sheet for sheet in SHEETS if sheet.name not in {"admin.css", "desk.css"}]) - used
    assert unused == set()


def test_every_class_of_the_back_office_with_a_style_is_used():
    used = set().union(*(written_classes(path.read_text()) for path in OURS)) | words_of_others()
    names = set().union(*(re.findall(r"\w+", path.read_text()) for path in OURS if path.suffix == ".py"))
    unused = {
        name
        for name in styled_classes([CSS / "admin.css", CSS / "desk.css"]) - used
        if not (name.startswith(MADE_FROM_NAMES) and name.split("-", 1)[1] in names)
    }
    assert unused == set()


def test_every_class_in_a_template_has_a_style_or_a_script():
    known = styled_classes(SHEETS) | set().union(
        *(re.findall(r"[\w-]+", path.read_text()) for path in OURS if path.suffix == ".js")
    )
    templates = [path for path in OURS if path.suffix in {".html", ".svg"}]
    readers = set().union(*(written_classes(path.read_text()) for path in templates if not in_admin(path)))
    staff = set().union(*(written_classes(path.read_text()) for path in templates if in_admin(path)))
    assert readers - known == set()
    assert staff - known - words_of_others() == set()


def test_the_brand_colour_is_written_down_once():
    colour = brand_colour()
    places = [path.name for path in [*OURS, *SHEETS] if colour in path.read_text().lower()]
    assert places == ["brand.css"]
