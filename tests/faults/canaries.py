"""A canary in every answer of an enquiry: where does one of them turn up in plain? (P1)

    python -m tests.faults.canaries [--database sqlite|postgresql|both] [--short]

A running site receives enquiries with a text of its own in each field, refuses some, fails to store some because the
database says no, and mails; staff open them and press every button. Then everything that the site, the database, the
mail server and the browsers keep is searched, in every encoding that a text may have. Each enquiry is erased at the
end, and its sealed text must be gone from the files of the database too. Ends with status 1 if a canary was found.
"""

from __future__ import annotations

import argparse
import base64
import email
import http.cookiejar
import json
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin

import psycopg2

from tests.faults.forms import Form, form_of, forms_of
from tests.faults.hostile import MAKE_STAFF, REFERENCE
from tests.faults.table import Table
from tests.postgresql import PostgreSQL
from tests.running_site import STAFF, STAFF_PASSWORD, RunningSite

FORM, LIST = "/contact/write/", "/admin/enquiries/enquiry/"
WAYS = [("family", "email"), ("professional", "phone"), ("other", "post")]
DATES = {"hearing_on": ["17 March 2041", "2041-03-17"], "report_by": ["26 February 2041", "2041-02-26"]}
REFUSE_ALL = {
    "sqlite": "CREATE TRIGGER refuse_all BEFORE INSERT ON enquiries_enquiry BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "ALTER TABLE enquiries_enquiry ADD CONSTRAINT refuse_all CHECK (reference = '') NOT VALID",
}
ACCEPT_AGAIN = {
    "sqlite": "DROP TRIGGER refuse_all",
    "postgresql": "ALTER TABLE enquiries_enquiry DROP CONSTRAINT refuse_all",
}
ERASE = """
import importlib.util, json
from django.contrib.auth.models import User
from enquiries.models import Enquiry
sealed = list(Enquiry.objects.values_list("reference", "sealed_answers"))
is_built = False
if importlib.util.find_spec("enquiries.retention"):
    from enquiries import retention
    is_built = hasattr(retention, "erase_enquiry")
if is_built:
    for reference, _ in sealed:
        retention.erase_enquiry(reference=reference, by=User.objects.first(), reason="asked for")
print(json.dumps({"is_built": is_built, "sealed": [text.ciphertext for _, text in sealed]}))
"""


def encodings(text: str) -> dict[str, bytes]:
    """The text as it may stand in a file."""
    plain = text.encode()
    found = {
        "utf-8": plain,
        "utf-16 little": text.encode("utf-16-le"),
        "utf-16 big": text.encode("utf-16-be"),
        "percent": quote(text, safe="").encode(),
        "plus": quote(text, safe="").replace("%20", "+").encode(),
        "json": json.dumps(text)[1:-1].encode(),
        "hex": plain.hex().encode(),
    }
    for shift in range(3):
        # Without the characters at its ends, which depend on what stands beside it.
        coded = base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4]
        found[f"base64, {shift} on"] = coded
        found[f"base64url, {shift} on"] = coded.replace(b"+", b"-").replace(b"/", b"_")
    return found


@dataclass
class Canaries:
    texts: dict[str, list[str]] = field(default_factory=dict)

    def of(self, name: str) -> str:
        if name in DATES:
            self.texts[name] = DATES[name]
        elif name not in self.texts:
            mark = secrets.token_hex(6)
            shape = "k{}@example.net" if "email" in name else "01632 {:09d}" if "phone" in name else "Ŵ ’k{}z"
            self.texts[name] = [shape.format(int(mark, 16) % 10**9 if "phone" in name else mark)]
        return self.texts[name][0]

    def in_(self, content: bytes) -> list[str]:
        """The names of the fields whose text stands there, and how it is encoded."""
        # What is left of a text whose first signs were changed.
        known = {name: [*texts, *(text.split("’")[-1] for text in texts)] for name, texts in self.texts.items()}
        return [
            f"{name} ({how})"
            for name, texts in known.items()
            for how, coded in {key: value for text in texts for key, value in encodings(text).items()}.items()
            if coded in content
        ]


class Person:
    """A browser that keeps every address and every header that it was given."""

    def __init__(self, site: RunningSite, address: str):
        self.site, self.address, self.seen = site, address, []
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), Kept(self.seen))

    def ask(self, path: str, values: dict | None = None) -> tuple[int, str]:
        url = urljoin(self.site.url, path)
        body = None if values is None else urlencode(values, doseq=True).encode()
        headers = {"X-Forwarded-For": self.address, "Origin": self.site.url, "Referer": url}
        self.seen.append(url)
        try:
            answer = self.opener.open(urllib.request.Request(url, body, headers), timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        self.seen += [str(answer.headers), answer.url]
        self.seen += [f"{cookie.name}={cookie.value}" for cookie in self.jar]
        return answer.status, answer.read().decode()


class Kept(urllib.request.HTTPRedirectHandler):
    def __init__(self, seen: list[str]):
        self.seen = seen

    def redirect_request(self, request, file, code, message, headers, url):
        self.seen += [str(headers), url]
        return super().redirect_request(request, file, code, message, headers, url)


def filled(form: Form, canaries: Canaries, who: str, reply_by: str) -> dict:
    """Every field, those that do not fit as well: a browser sends them all."""
    values = dict(form.values) | {name: canaries.of(name) for name in form.texts}
    values |= {name: offered[0] for name, offered in form.choices.items() if offered[0] != "on"}
    return values | {"who": who, "reply_by": reply_by, "wants_confirmation": "on"}


def write(site: RunningSite, canaries: Canaries, database: str) -> tuple[list[str], list[str]]:
    """Enquiries that are stored, refused, and not stored because the database fails. Returns references and traces."""
    traces, references = [], []

    def send(number: int, who: str, reply_by: str, **changes) -> tuple[int, str]:
        person = Person(site, f"192.0.2.{number}")
        # A page that is cached, and the form.
        person.ask("/contact/")
        form = form_of(person.ask(FORM)[1])
        assert form, "there is no form"
        # As a person does, so that mails follow.
        time.sleep(3.1)
        status, html = person.ask(form.action or FORM, filled(form, canaries, who, reply_by) | changes)
        following = form_of(html)
        if following and not following.texts:
            status, html = person.ask(following.action or FORM, following.values)
        traces.extend(person.seen)
        return status, html

    for number, (who, reply_by) in enumerate(WAYS, start=1):
        status, html = send(number, who, reply_by)
        found = REFERENCE.search(html)
        assert found, f"not stored: {status}"
        references.append(found[1].replace("-", ""))
    send(9, "family", "email", message="")
    # A new post with a token that is not ours, and one from elsewhere.
    send(10, "family", "email", token="made up")
    execute(site, database, REFUSE_ALL[database])
    status, _html = send(11, *WAYS[1])
    assert status in {503, 200}, f"the database refused, and the answer was {status}"
    execute(site, database, ACCEPT_AGAIN[database])
    return references, traces


def work(site: RunningSite, canaries: Canaries, references: list[str]) -> list[str]:
    """Staff sign in, open each enquiry and use every form of its page once."""
    staff = Person(site, "192.0.2.200")
    _, html = staff.ask("/admin/login/")
    login = next(form for form in forms_of(html) if "password" in form.values or "username" in form.values)
    staff.ask("/admin/login/", login.values | {"username": STAFF, "password": STAFF_PASSWORD})
    staff.ask(LIST)
    for reference in references:
        page = f"{LIST}{reference}/change/"
        status, html = staff.ask(page)
        assert status == 200, f"staff cannot open the enquiry: {status}"
        pressed: set[tuple[str, str]] = set()
        for _ in range(30):
            forms = [form for form in forms_of(html) if "enquir" in form.action or not form.action.startswith("/")]
            buttons = [
                (form, name, value)
                for form in forms
                for name, value in (form.buttons or {"": ""}).items()
                if (form.action, name + value) not in pressed
            ]
            if not buttons:
                break
            form, name, value = buttons[0]
            pressed.add((form.action, name + value))
            typed = {text: canaries.of(f"desk_{text}") for text in form.texts}
            chosen = {key: offered[-1] for key, offered in form.choices.items()}
            staff.ask(form.action or page, form.values | typed | chosen | ({name: value} if name else {}))
            status, html = staff.ask(page)
            if status != 200:
                break
    staff.ask("/admin/core/job/")
    return staff.seen


def execute(site: RunningSite, database: str, statement: str) -> None:
    if database == "sqlite":
        with closing(sqlite3.connect(site.folder / "db.sqlite3", timeout=20)) as connection:
            connection.execute(statement)
            connection.commit()
        return
    connection = psycopg2.connect(site.environment["DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


def opened(content: bytes) -> bytes:
    """With what was compressed in it: Django's cache in files and our pages."""
    found = [content]
    for start in (match.start() for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", content)):
        with suppress(zlib.error):
            found.append(zlib.decompressobj(47).decompress(content[start:]))
    return b"\n".join(found)


def without_address(message: EmailMessage) -> bytes:
    copy = email.message_from_bytes(bytes(message), policy=message.policy)
    del copy["To"]
    return bytes(copy)


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def places(site: RunningSite, server: PostgreSQL | None) -> dict[str, bytes]:
    """All that is kept, by its name."""
    found = {
        "log of the site": (site.folder / "site.log").read_bytes(),
        "mails, but for the address that each goes to": b"\n".join(map(without_address, site.inbox.messages)),
        "cache": b"\n".join(opened(path.read_bytes()) for path in files(site.folder / "cache")),
        "temporary files": b"\n".join(path.read_bytes() for path in files(site.folder / "tmp")),
        "uploads and collected files": b"\n".join(path.read_bytes() for path in files(site.folder / "data" / "media")),
    }
    if server is None:
        # On PostgreSQL pg_dump has the same rows.
        found["dump by Django"] = site.manage("dumpdata", LOG_LEVEL="ERROR").encode()
        with closing(sqlite3.connect(site.folder / "db.sqlite3", timeout=20)) as connection:
            found["dump by the database"] = "\n".join(connection.iterdump()).encode()
        found["database file and WAL"] = b"\n".join(path.read_bytes() for path in site.folder.glob("db.sqlite3*"))
        return found
    execute(site, "postgresql", "CHECKPOINT")
    found["log of the database, with every statement"] = (server.folder / "log").read_bytes()
    dump = [server.programs / "pg_dump", server.url]
    found["dump by the database"] = subprocess.run(dump, capture_output=True, check=True).stdout
    found["database files and WAL"] = b"\n".join(path.read_bytes() for path in files(server.folder / "data"))
    return found


def measure(database: str) -> bool:
    table = Table(f"canaries, {database} (P1)")
    canaries = Canaries()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)))
        server = None
        if database == "postgresql":
            # PostgreSQL runs as another account.
            folder.chmod(0o755)
            (folder / "server").mkdir()
            server = PostgreSQL(folder / "server")
            server.options |= {"log_statement": "all", "log_min_error_statement": "error"}
            server.make()
            server.start()
            stack.callback(server.stop)
        for name in ("cache", "tmp"):
            (folder / "site" / name).mkdir(parents=True)
        site = stack.enter_context(
            RunningSite(
                folder / "site",
                worker=True,
                database_url=server.url if server else "",
                TRUSTED_PROXIES="1",
                CACHE_URL=f"filecache://{folder}/site/cache",
                TMPDIR=str(folder / "site" / "tmp"),
            )
        )
        site.manage("shell", "-v0", "-c", MAKE_STAFF)
        references, traces = write(site, canaries, database)
        traces += work(site, canaries, references)
        end = time.monotonic() + 20
        while len(site.inbox.messages) < len(references) and time.monotonic() < end:
            time.sleep(0.2)
        kept = places(site, server) | {"addresses, headers and cookies": "\n".join(traces).encode()}
        table.row("canaries; enquiries; mails", ">= 12; 3; >= 3",
                  f"{len(canaries.texts)}; {len(references)}; {len(site.inbox.messages)}",
                  is_met=len(canaries.texts) >= 12 and len(site.inbox.messages) >= 3)  # fmt: skip
        planted = [coded for text in canaries.texts["message"] for coded in encodings(text).values()]
        table.row("found if planted, in each encoding", f"{len(planted)}",
                  sum(bool(canaries.in_(b"words" + coded)) for coded in planted),
                  is_met=all(canaries.in_(b"words" + coded) for coded in planted))  # fmt: skip
        for name, content in kept.items():
            table.none(f"{name} ({len(content) / 1000:,.0f} kB)", canaries.in_(content))
        erased = json.loads(site.manage("shell", "-v0", "-c", ERASE, LOG_LEVEL="ERROR").splitlines()[-1])
        if erased["is_built"]:
            execute(site, database, "PRAGMA wal_checkpoint(TRUNCATE)" if server is None else "VACUUM FULL")
            after = places(site, server)
            files_of = "database file and WAL" if server is None else "dump by the database"
            table.none(
                f"after erasure, {files_of}: sealed texts",
                [text[:12] for text in erased["sealed"] if text[30:90].encode() in after[files_of]],
            )
        else:
            table.row("after erasure", "0", "erasure is not built yet", is_met=None)
    table.show()
    return table.is_met


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"])
    parser.add_argument("--short", action="store_true", help="on PostgreSQL alone, unless told")
    options = parser.parse_args(arguments)
    chosen = options.database or ("postgresql" if options.short else "both")
    met = [measure(database) for database in (["sqlite", "postgresql"] if chosen == "both" else [chosen])]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
