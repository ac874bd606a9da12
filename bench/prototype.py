"""The least that receives an enquiry, for `bench.stored`: a form, and one durable transaction with three rows.

No templates, no limits, no judgement of what was typed. gunicorn serves it like the site.
"""

import os
import secrets
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import psycopg2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# The server asks it where the admin is.
django.setup()

URL = os.environ["DATABASE_URL"]
KEY = AESGCM(bytes(32))
PLACE = "%s" if URL.startswith("postgres") else "?"
TABLES = ["bare_enquiry", "bare_event", "bare_job"]
_thread = threading.local()


def connect() -> Any:
    """As durable as the site's connections."""
    if URL.startswith("postgres"):
        return psycopg2.connect(URL)
    connection = sqlite3.connect(urlsplit(URL).path, timeout=20, isolation_level="IMMEDIATE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def make_tables() -> None:
    connection = connect()
    for table in TABLES:
        connection.cursor().execute(f"CREATE TABLE IF NOT EXISTS {table} (id text PRIMARY KEY, name text, text text)")
    connection.commit()
    connection.close()


def insert(connection: Any, tables: Iterable[str], text: str) -> None:
    cursor = connection.cursor()
    for table in tables:
        row = (secrets.token_hex(8), str(time.time()), text if table == "bare_enquiry" else "")
        cursor.execute(f"INSERT INTO {table} VALUES ({PLACE}, {PLACE}, {PLACE})", row)
    connection.commit()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        hidden = f'<input type="hidden" name="token" value="{escape(secrets.token_urlsafe(16))}">'
        body = f'<form method="post" action="/">{hidden}<textarea name="message"></textarea></form>'.encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]
    fields = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
    nonce = secrets.token_bytes(12)
    sealed = nonce + KEY.encrypt(nonce, fields["message"][0].ljust(1024).encode(), None)
    if not hasattr(_thread, "connection"):
        _thread.connection = connect()
    insert(_thread.connection, TABLES, sealed.hex())
    start_response("303 See Other", [("Location", "/sent/"), ("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    # The bare loop: prints rows a second.
    make_tables()
    rows, one = int(sys.argv[1]), connect()
    began = time.perf_counter()
    for _ in range(rows):
        insert(one, TABLES[:1], "x" * 1500)
    print(rows / (time.perf_counter() - began))
