"""The settings of every test. Nothing of this copy's own `.env`, database, files or mail is read or touched.

`TEST_DATABASE_URL` names a PostgreSQL server to use in place of SQLite; `pytest --postgresql` starts one and sets it.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"

if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker of pytest-xdist has what its parent set
    _folder = tempfile.mkdtemp(prefix="children-first-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    for _name in re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE):
        os.environ.pop(_name, None)
    os.environ |= {
        # For the programs that tests start: those get the settings of the site and choose their own database.
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "for-tests-alone-" * 4,
        "FIELD_KEYS": "test:" + "A" * 43 + "=",
        "ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_folder}/db.sqlite3",
        "DATA_DIR": _folder,
        "EMAIL_URL": "memorymail://",
        "DEFAULT_FROM_EMAIL": "office@children-first.example",
        "STAFF_EMAIL": "duty@children-first.example",
        "LEAD_EMAIL": "lead@children-first.example",
    }

from config.settings import *  # noqa: E402, F403
