"""What a newcomer meets before the site starts: Python, .venv, .env."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def put_on_path(folder: Path, **scripts: str) -> str:
    """A PATH that holds these shell scripts alone."""
    folder.mkdir()
    for name, lines in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{lines}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def stand_in_for_venv(copy: Path) -> None:
    """A .venv that passes for a whole one, in no time."""
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").symlink_to(sys.executable)
    lock = hashlib.sha256((copy / "requirements" / "base.txt").read_bytes()).hexdigest()
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    (copy / ".venv" / "installed.json").write_text(json.dumps({"python": python, "requirements/base.txt": lock}))


def test_an_old_python_can_say_that_it_is_too_old():
    source = (ROOT / "dev.py").read_text()

    assert ast.parse(source, feature_version=(3, 6))


def test_an_old_python_without_a_newer_one_is_told_which_is_needed(copy, dev, tmp_path):
    done = dev(copy, "run", as_version=(3, 9), PATH=put_on_path(tmp_path / "bin"))

    assert done.returncode == 1
    assert done.stderr == "Children First needs Python 3.11 or newer, and this is 3.9.\n"


def test_an_old_python_hands_over_to_the_newest_one_that_starts(copy, dev, tmp_path):
    names = {"python3.14": "exit 127", "python3.13": 'echo "3.13: $@"', "python3.11": 'echo "3.11: $@"'}
    path = put_on_path(tmp_path / "bin", **names)

    done = dev(copy, "run", "--port", "8011", as_version=(3, 9), PATH=path)

    assert done.returncode == 0
    assert done.stdout == f"3.13: {copy / 'dev.py'} run --port 8011\n"


@pytest.mark.parametrize("words", [[], ["start"], ["--help"]])
def test_without_a_command_it_knows_it_says_which_there_are(copy, dev, words):
    done = dev(copy, *words)

    assert done.returncode == 1
    assert "dev.py run" in done.stderr
    assert "dev.py test" in done.stderr
    assert not (copy / ".venv").exists()


def test_a_half_made_venv_is_rebuilt_and_a_whole_one_reused(copy, dev):
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").write_text("cut off while it was written")

    first = dev(copy, "manage", "check")
    made_at = (copy / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    second = dev(copy, "manage", "changepassword", "editor")

    assert "half made" in first.stdout
    assert first.stdout.endswith("manage.py was given ['check']\n")
    assert second.stdout == "manage.py was given ['changepassword', 'editor']\n"
    assert (copy / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == made_at

    # The lock file changes, and its package is not to be had.
    (copy / "requirements" / "base.txt").write_text(f"children-first-unheard-of==1 --hash=sha256:{'0' * 64}\n")
    offline = dev(copy, "manage", "check")

    assert offline.returncode == 1
    assert offline.stderr.startswith("requirements/base.txt could not be installed. Is this machine online?")
    assert "children-first-unheard-of" in offline.stderr
    assert offline.stderr.count("\n") == 1
    assert not (copy / ".venv" / "installed.json").exists(), "the next run must not trust this .venv"


def test_a_venv_of_another_python_is_not_trusted(copy, dev):
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").write_text("")
    (copy / ".venv" / "installed.json").write_text(json.dumps({"python": "3.10"}))
    # Stands in for Python's own module, so that nothing is really made.
    (copy / "venv.py").write_text("import sys; sys.exit('asked to make ' + sys.argv[1])\n")

    done = dev(copy, "manage", "check")

    assert "of another Python" in done.stdout
    assert done.stderr == f"The folder .venv could not be made: asked to make {copy / '.venv'}\n"


@pytest.mark.parametrize("found", ["a file", "a link", "an empty list of what is installed"])
def test_anything_in_the_place_of_the_venv_is_replaced(copy, dev, found):
    venv = copy / ".venv"
    if found == "a file":
        venv.write_text("not a folder")
    elif found == "a link":
        venv.symlink_to(copy / "elsewhere")
    else:
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").write_text("")
        (venv / "installed.json").write_text("")
    (copy / "venv.py").write_text("import sys; sys.exit('asked to make ' + sys.argv[1])\n")

    done = dev(copy, "manage", "check")

    assert done.stderr == f"The folder .venv could not be made: asked to make {venv}\n"


def test_a_missing_ensurepip_names_the_package_to_install(copy, dev):
    said = "The virtual environment was not created successfully because ensurepip is not available.\\nFailing command"
    half = "import pathlib, sys; pathlib.Path(sys.argv[1], 'bin').mkdir(parents=True); "
    (copy / "venv.py").write_text(f"{half}print('{said}'); sys.exit(1)\n")

    done = dev(copy, "run")

    assert done.returncode == 1
    assert done.stderr == ("Python's venv module is not complete. On Debian and Ubuntu: apt-get install python3-venv\n")
    assert not (copy / ".venv").exists()


def test_settings_are_written_once_with_new_keys_for_their_owner_alone(copy, dev):
    stand_in_for_venv(copy)
    dev(copy, "manage", "check")
    written = (copy / ".env").read_text()
    values = dict(line.split("=", 1) for line in written.splitlines() if not line.startswith("#"))

    assert stat.S_IMODE((copy / ".env").stat().st_mode) == 0o600
    assert len(values["SECRET_KEY"]) >= 50
    assert values["FIELD_KEYS"].startswith("first:")

    (copy / ".env").write_text("SECRET_KEY=mine\n")
    dev(copy, "manage", "check")

    assert (copy / ".env").read_text() == "SECRET_KEY=mine\n"


def test_a_read_only_folder_is_named_with_what_to_do(copy, dev):
    account = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3"
    new_enough = "import sys; sys.exit(sys.version_info < (3, 11))"
    if subprocess.call([python, "-c", new_enough], cwd="/", **account):
        pytest.skip("root may write anywhere, and no Python here can be used by another account")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "copy"
        shutil.copytree(copy, place)
        # The other account may read everything and write nothing.
        for path in (Path(folder), *place.rglob("*"), place):
            path.chmod(0o555 if path.is_dir() and path != Path(folder) else 0o755)

        done = subprocess.run(
            [python, str(place / "dev.py"), "run"], capture_output=True, text=True, cwd="/", **account
        )
        for path in (place, *place.rglob("*")):
            path.chmod(0o755)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{place / '.venv'} cannot be written (Permission denied). Put the project into")
    assert done.stderr.count("\n") == 1


def test_the_lock_files_carry_hashes_and_no_address():
    for name in ("base.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        packages = [line for line in lines if "==" in line and not line.startswith(" ")]

        assert len(packages) > 10
        assert all(line.endswith("\\") for line in packages), "each is followed by its hashes"
        assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_the_example_names_every_setting_and_no_other():
    table = [line for line in (ROOT / "config" / "settings.py").read_text().splitlines() if line.startswith("| ")]
    described = {line.split("|")[1].strip() for line in table} - {"variable"}
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.lstrip("#").split("=")[0] for line in lines if "=" in line and not line.startswith("# ")}

    assert named == described


def test_the_readme_shows_the_two_commands():
    lines = (ROOT / "README.md").read_text().splitlines()

    assert [line for line in lines if line.startswith("python3 dev.py")][:2] == [
        "python3 dev.py run",
        "python3 dev.py test",
    ]
