"""Where uploaded files lie when they lie in a folder."""

import os
import secrets
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """A folder in which a file is whole or not there, whenever the process is killed or the power fails.

    A file is written under another name and then renamed. A killed process leaves a `.part` file, which no address
    leads to; it goes when the folder of its picture or document is deleted.
    """

    def _save(self, name: str, content: File) -> str:
        part = f"{name}.{secrets.token_hex(4)}.part"
        try:
            super()._save(part, content)  # type: ignore[misc]
            sync(self.path(part))
            Path(self.path(part)).replace(self.path(name))
            sync(os.path.dirname(self.path(name)))  # noqa: PTH120
        finally:
            self.delete(part)
        return name


def sync(path: str) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
