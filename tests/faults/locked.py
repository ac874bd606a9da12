"""The database is locked for 50 s: how long do senders wait, and what do they get?

    python -m tests.faults.locked [--database sqlite|postgres|both] [--short] [--seconds N] [--senders N]

Twenty people press Send at once, again and again while the lock lasts, beside readers and a machine that asks whether
the site is alive. SQLite: another process holds the write lock. PostgreSQL: another session has locked every table.
Afterwards each sends once more. Ends with status 1 if anybody waited for more than 11 s or lost the text, if a page
named no telephone number, if a stored enquiry was called lost or a lost one stored, or if /health/live took over 1 s.
"""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

from tests.faults.table import Table
from tests.faults.trial import on_databases
from tests.running_site import RunningSite

FORM = "/contact/write/"
PAGES = [FORM, "/", "/contact/", "/news/"]
LONGEST_SECONDS, LONGEST_LIVE_SECONDS = 11.0, 1.0
NUMBER = "0800 1111"


def ask(site: RunningSite, method: str, path: str, *, address: str, fields: dict | None = None):
    """Status, text and seconds, on a connection of its own."""
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", site.port, timeout=120)
    headers = {"X-Forwarded-For": address, "Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    connection.request(method, path, urlencode(fields) if fields else None, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, time.monotonic() - began


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, "the form has no token"
    return found[1]


@contextmanager
def locked(url: str) -> Iterator[None]:
    """As by a careless backup, or a migration that waits for somebody."""
    if url.startswith("sqlite"):
        lock = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        lock.execute("PRAGMA busy_timeout = 20000")
        lock.execute("BEGIN IMMEDIATE")
        lock.execute("UPDATE core_contentversion SET number = number")
    else:
        lock = psycopg2.connect(url)
        with lock.cursor() as cursor:
            cursor.execute("SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'")
            cursor.execute(f"LOCK TABLE {cursor.fetchone()[0]} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        lock.rollback()
        lock.close()


class Senders:
    """People who typed something, and press Send until it is stored."""

    def __init__(self, site: RunningSite, number: int):
        self.site = site
        self.posts = []
        for place in range(number):
            _status, page, _seconds = ask(site, "GET", FORM, address=f"192.0.2.{place + 1}")
            text = f"Text {place} of a person in distress, with “marks” & spaces  "
            self.posts.append({"token": token_of(page), "who": "family", "reply_by": "none", "message": text})

    def send(self, place: int) -> tuple[int, str, float]:
        return ask(self.site, "POST", FORM, address=f"192.0.2.{place + 1}", fields=self.posts[place])

    def send_at_once(self, pool: ThreadPoolExecutor) -> list[tuple[int, str, float]]:
        return list(pool.map(self.send, range(len(self.posts))))


class Beside:
    """Somebody who asks for one path after the other, with a pause, until it is over."""

    def __init__(self, site: RunningSite, paths: list[str], *, pause: float, address: str):
        self.site, self.paths, self.pause, self.address = site, itertools.cycle(paths), pause, address
        self.answers: list[tuple[int, float]] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()

    def ask(self) -> None:
        while not self.is_over.is_set():
            status, _text, seconds = ask(self.site, "GET", next(self.paths), address=self.address)
            self.answers.append((status, seconds))
            self.is_over.wait(self.pause)


def trial(database: str, *, is_short: bool, port: int, log: Path, seconds: float, senders: int) -> Table:
    """One trial on the database of the environment."""
    from html import escape

    from enquiries.models import Enquiry

    url, faults = os.environ["DATABASE_URL"], []
    with (
        RunningSite(log.parent / "site", database_url=url, TRUSTED_PROXIES="1") as site,
        ThreadPoolExecutor(senders) as pool,
    ):
        people = Senders(site, senders)
        time.sleep(3.1)  # as a person does, though not for long
        answers = []
        with locked(url):
            began = time.monotonic()
            machine = Beside(site, ["/health/live"], pause=0.2, address="192.0.2.251")
            reader = Beside(site, PAGES, pause=0.5, address="192.0.2.252")
            # The last of them are answered before the lock ends.
            while time.monotonic() - began < max(seconds - LONGEST_SECONDS, 1):
                answers += people.send_at_once(pool)
            time.sleep(max(began + seconds - time.monotonic(), 0))
            for one in (machine, reader):
                one.is_over.set()
        for one in (machine, reader):
            one.thread.join()
        for number, (status, page, _seconds) in enumerate(answers):
            text = escape(people.posts[number % senders]["message"])
            if status != 503 or text not in page or NUMBER not in page or "was not saved" not in page:
                faults.append(f"a sender got {status} without the text, a number or the words")
        stored_meanwhile = Enquiry.objects.count()
        again = people.send_at_once(pool)
        stored = Enquiry.objects.count()
    table = Table(f"locked for {seconds:.0f} s, {senders} at once, {database}", is_short=is_short)
    for name, given, longest in (
        ("a sender", [(status, wait) for status, _page, wait in answers], LONGEST_SECONDS),
        ("a reader", reader.answers, LONGEST_SECONDS),
        ("/health/live", machine.answers, LONGEST_LIVE_SECONDS),
    ):
        counted = Counter(status for status, _wait in given)
        shown = ", ".join(f"{number} x {status}" for status, number in sorted(counted.items()))
        table.at_most(f"{name} waits at most ({shown})", max(wait for _status, wait in given), longest)
    table.none("answers of /health/live that call the site dead", [s for s, _wait in machine.answers if s != 200])
    table.none("senders without text, numbers or “not saved”", faults)
    table.none("stored while it was locked", stored_meanwhile)
    is_all = stored == senders and {answer[0] for answer in again} == {303}
    table.row("stored when sent again", str(senders), stored, is_met=is_all)
    return table


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.locked",
        purpose=__doc__,
        arguments=arguments,
        full={"seconds": 50.0, "senders": 20},
        short={"seconds": 15.0, "senders": 20},
    )


if __name__ == "__main__":
    sys.exit(main())
