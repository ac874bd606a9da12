"""The lower rooms name no room above them. The directions of imports are a contract in pyproject.toml."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOMS = ("articles", "campaigns", "enquiries", "feedback", "newsletter", "pages")
#: A room as a module, an app label, a namespace of addresses or a key of a section, or an address of one of its pages.
#: (`pages` alone is also the number of pages of a file.)
CLIENTS = re.compile(
    rf"\b({'|'.join(ROOMS)})[.:/]\w|^({'|'.join([*ROOMS[:-1], 'news', 'resources'])})$"
    r"|(?<![\w.])/(news|resources|campaigns)/"
)
#: Words of the site that only a room above can mean.
DOMAIN = re.compile(r"\b(enquiry form|standing page|campaign page|resource page)s?\b")
#: What a folder of templates must not ask. The parts that stand around every page may lead to any room.
SHARED_TEMPLATES = {
    "templates/publishing": re.compile(rf"section\s*==|\b({'|'.join(ROOMS)}):"),
    "templates/includes": re.compile(r"section\s*=="),
}


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module, docstrings included, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_the_kernel_names_none_of_the_rooms_above_it():
    named = [
        f"{path.relative_to(settings.BASE_DIR)}:{line} {text}"
        for room in ("core", "publishing")
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "migrations" not in path.parts
        for line, text in texts_of(path)
        if CLIENTS.search(text) or DOMAIN.search(text)
    ]
    assert named == []


def test_shared_templates_ask_for_no_section_by_its_key():
    named = [
        f"{path.relative_to(settings.BASE_DIR)}: {match[0]}"
        for folder, pattern in SHARED_TEMPLATES.items()
        for path in (settings.BASE_DIR / folder).rglob("*.html")
        for match in pattern.finditer(path.read_text())
    ]
    assert named == []
