from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A fresh copy of what `dev.py` needs, with lock files that name nothing, so that nothing is ever downloaded."""
    folder = tmp_path / "a copy"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "dev.py", folder)
    for name in ("base.txt", "dev.txt"):
        (folder / "requirements" / name).write_text("# nothing\n")
    (folder / "manage.py").write_text("import sys\nprint('manage.py was given', sys.argv[1:])\n")
    return folder


@pytest.fixture
def dev() -> Callable[..., subprocess.CompletedProcess]:
    """`dev(copy, "manage", "check", PATH=...)` runs the copy's dev.py; `as_version=(3, 9)` on an older Python."""

    def run(
        copy: Path,
        *words: str,
        as_version: tuple[int, int] | None = None,
        python: str = sys.executable,
        **variables: str,
    ) -> subprocess.CompletedProcess:
        command = [python, str(copy / "dev.py")]
        if as_version:
            older = "import runpy, sys; sys.version_info = {}; sys.argv = [{!r}, *sys.argv[1:]]; "
            older += "runpy.run_path(sys.argv[0], run_name='__main__')"
            command = [python, "-c", older.format(as_version, str(copy / "dev.py"))]
        environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", **variables}
        return subprocess.run([*command, *words], env=environment, capture_output=True, text=True, timeout=120)

    return run
