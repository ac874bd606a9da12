"""How static files are collected for readers: hashed, compressed, each style sheet in one piece, and icons drawn."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

PART = re.compile(r'@import "([^"]+)"(?: layer\((\w+)\))?;')
#: What is sent at the root of the site, such as /favicon.ico (`WHITENOISE_ROOT`).
ROOT_FOLDER = "root"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Words in quotes stay as they are. A space before a colon is left alone: in a selector it has a meaning.
NEEDLESS_SPACE = re.compile(r"""("[^"]*"|'[^']*')|\s*([{};,])\s*|(?<=[\w)-]):\s+|\s+""")


def join_parts(sheet: str, read: Callable[[str], str]) -> str:
    """A style sheet with its imports put in their places, minified."""

    def part(found: re.Match) -> str:
        text = read(found[1])
        return f"@layer {found[2]} {{\n{text}}}" if found[2] else text

    return minify(PART.sub(part, sheet))


def minify(sheet: str) -> str:
    """Leave out comments and the space that only people need."""

    def shorter(found: re.Match) -> str:
        return found[1] or found[2] or (":" if found[0].startswith(":") else " ")

    return NEEDLESS_SPACE.sub(shorter, COMMENT.sub("", sheet)).replace(";}", "}").strip()


class StaticStorage(CompressedManifestStaticFilesStorage):
    """In debug the browser follows the imports itself; this is for everybody else, who gets one file at once."""

    def post_process(self, paths: dict[str, tuple], dry_run: bool = False, **options: Any):
        if not dry_run:
            paths = paths | {name: self._joined(name, paths) for name in paths if re.fullmatch(r"css/\w+\.css", name)}
            # Imported here: processes that only serve readers do without Pillow.
            from core.icons import draw_icons

            draw_icons(Path(self.location) / ROOT_FOLDER)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, name: str, paths: dict[str, tuple]) -> tuple:
        def read(part: str) -> str:
            source, path = paths[part]
            with source.open(path) as file:
                return file.read().decode()

        joined = join_parts(read(name), lambda part: read(f"css/{part}"))
        self.delete(name)
        return self, self.save(name, ContentFile(joined.encode()))
