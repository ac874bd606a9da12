#!/usr/bin/env python3
"""Children First on this machine, with nothing but Python to begin with.

    python3 dev.py run [--port N] [--reload]    the site with its demonstration content, and its worker
    python3 dev.py test [pytest arguments]      every check that this machine can run
    python3 dev.py manage COMMAND ...           Django's own commands, such as: manage changepassword editor

Each first makes what it misses (.venv with the locked packages, .env with random keys) and leaves alone what holds.
What `run` and `test` then do stands in config/local.py and tests/everything.py.
"""

# Python 3.6 must be able to read this file far enough to say that it is too old: no newer syntax in here.
import base64
import errno
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
NEWEST_FIRST = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INSTALLED = VENV / "installed.json"
DOTENV = ROOT / ".env"
BASE, DEV = "requirements/base.txt", "requirements/dev.txt"


def newer_python():
    """The first Python on PATH that is new enough and really starts, or None."""
    for name in NEWEST_FIRST:
        found = shutil.which(name)
        # A version manager leaves a stand-in on PATH for versions that are switched off: only running it tells.
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    return None


def hand_over(*command):
    """Become another program, so that the terminal, Ctrl-C and the exit status are wholly its own."""
    command = [str(word) for word in command]
    sys.stdout.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def quiet(*command):
    """Run a command and return its exit status and the line of its output that says most."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = [line.strip() for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return done.returncode, (errors[:1] or lines[-1:] or ["(it said nothing)"])[0], lines


def prepare_python(*locks):
    """Make .venv where it is absent, half made or of another Python, and install what the lock files name."""
    version = "%d.%d" % sys.version_info[:2]
    wanted = {lock: hashlib.sha256((ROOT / lock).read_bytes()).hexdigest() for lock in locks}
    installed = {}
    if PYTHON.exists() and INSTALLED.exists():
        try:
            installed = dict(json.loads(INSTALLED.read_text()))
        except (TypeError, ValueError):
            installed = {}  # cut off while it was written
    if installed.get("python") != version:
        make_venv()
        installed = {}
    outdated = [lock for lock in locks if installed.get(lock) != wanted[lock]]
    if not outdated:
        return
    print("Installing the locked packages into .venv (under a minute, this once) ...", flush=True)
    if INSTALLED.exists():
        INSTALLED.unlink()  # from here on a cut-off run leaves a .venv that is made anew
    for lock in outdated:
        install(lock)
    finished = INSTALLED.with_suffix(".part")
    finished.write_text(json.dumps(dict(installed, python=version, **wanted)))
    finished.replace(INSTALLED)


def make_venv():
    if VENV.exists() or VENV.is_symlink():
        print("The folder .venv is half made or of another Python: making it anew.", flush=True)
        if VENV.is_symlink() or not VENV.is_dir():
            VENV.unlink()
        else:
            shutil.rmtree(str(VENV))
    VENV.mkdir()
    # When this very Python lived in the .venv just removed, only the one it was made from is left.
    python = getattr(sys, "_base_executable", None) or sys.executable
    status, word, lines = quiet(python, "-m", "venv", VENV)
    if status == 0:
        return
    shutil.rmtree(str(VENV))
    if any("ensurepip" in line for line in lines):
        sys.exit("Python's venv module is not complete. On Debian and Ubuntu: apt-get install python3-venv")
    sys.exit("The folder .venv could not be made: " + word)


def install(lock):
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
    status, word, _ = quiet(*pip, "-r", ROOT / lock)
    if status:
        sys.exit("%s could not be installed. Is this machine online? Then run this again. pip said: %s" % (lock, word))


def write_dotenv():
    """Random keys of this copy's own, readable by its owner alone. A file that is there is never touched."""
    if DOTENV.exists():
        return
    lines = [
        "# Made by dev.py for this copy alone. Every setting is described in .env.example.",
        "SECRET_KEY=" + secrets.token_urlsafe(60),
        "FIELD_KEYS=first:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SITE_URL=http://127.0.0.1:8000",
        "# Each mail becomes a file in var/mail; smtp+tls://user:password@mail.example.org:587 would send it.",
        "EMAIL_URL=filemail:///var/mail",
        "DEFAULT_FROM_EMAIL=office@children-first.example",
        "STAFF_EMAIL=duty@children-first.example",
        "LEAD_EMAIL=lead@children-first.example",
        "LOG_LEVEL=WARNING",
    ]
    with open(str(DOTENV), "w", opener=lambda path, flags: os.open(path, flags | os.O_EXCL, 0o600)) as file:
        file.write("\n".join(lines) + "\n")


def run(arguments):
    prepare_python(BASE)
    write_dotenv()
    hand_over(PYTHON, "-m", "config.local", *arguments)


def test(arguments):
    prepare_python(BASE, DEV)
    hand_over(PYTHON, "-m", "tests.everything", *arguments)


def manage(arguments):
    prepare_python(BASE)
    write_dotenv()
    hand_over(PYTHON, ROOT / "manage.py", *arguments)


def main(arguments):
    if sys.version_info < OLDEST:
        newer = newer_python()
        if newer:
            hand_over(newer, ROOT / "dev.py", *arguments)
        sys.exit("Children First needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])
    command = {"run": run, "test": test, "manage": manage}.get(arguments[0] if arguments else "")
    if command is None:
        sys.exit(__doc__)
    os.chdir(str(ROOT))  # paths in .env are relative to the project
    try:
        command(arguments[1:])
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC):
            raise
        fault = "%s cannot be written (%s)." % (error.filename or ROOT, error.strerror)
        sys.exit(fault + " Put the project into a folder of your own that has room, then run this again.")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")


if __name__ == "__main__":
    main(sys.argv[1:])
