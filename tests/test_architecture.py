"""The lower rooms name no room above them. The directions of imports are a contract in pyproject.toml."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

CLIENTS = re.compile(r"\b(articles|campaigns|enquiries|newsletter|pages)[.:]\w")


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module but its docstrings, with its line."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_the_kernel_names_none_of_the_rooms_above_it():
    named = [
        f"{path.relative_to(settings.BASE_DIR)}:{line} {text}"
        for room in ("core", "publishing")
        for path in (settings.BASE_DIR / room).rglob("*.py")
        if "migrations" not in path.parts
        for line, text in words_of(path)
        if CLIENTS.search(text)
    ]
    assert named == []
