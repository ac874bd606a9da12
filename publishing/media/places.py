"""Where the library keeps its files. They live on the file system: renditions are put in place by a rename."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings

ORIGINALS = {"jpg": "image/jpeg", "png": "image/png"}


def new_token() -> str:
    """The folder of one picture or file: 128 random bits, so that nobody finds what is not published."""
    return secrets.token_hex(16)


def image_folder(token: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "images" / token


def file_folder(token: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "files" / token


def withheld_folder(folder: Path) -> Path:
    """Where the folder of a picture or file lies while it is taken off the site: no address leads there."""
    return Path(settings.MEDIA_ROOT) / "withheld" / folder.relative_to(settings.MEDIA_ROOT)


def rendition_path(token: str, version: int, crop: str, width: int, extension: str) -> Path:
    return image_folder(token) / f"v{version}" / f"{crop}-{width}.{extension}"


def original_path(token: str) -> Path | None:
    """The cleaned original, or None when it is gone from the disk."""
    for extension in ORIGINALS:
        path = image_folder(token) / f"original.{extension}"
        if path.is_file():
            return path
    return None


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Put a file in place complete or not at all, whenever the process is killed or the power fails.

    A killed process leaves a `.part` file, which the next write of the same file overwrites or `clear_parts` removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as target:
            write(target)
            target.flush()
            os.fsync(target.fileno())
        part.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
