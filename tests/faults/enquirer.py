"""People who send enquiries to a running site, many at once, and remember what they were told.

Each opens the form, takes its time for it, sends a text of its own and notes the answer. The address and the fields of
the form are read from the page, so that a form that moves or asks more is sent too. The site must run with
TRUSTED_PROXIES=1, because everybody has an address of their own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
import time
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from html import unescape
from pathlib import Path
from typing import Literal

FORM = "/contact/write/"
#: Whoever sends sooner looks like a program, and staff are not told at once.
FILLING_SECONDS = 2.5
TIMEOUT_SECONDS = 120.0
ANSWERS = {"who": "other", "reply_by": "none"}
FORM_TAG = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
ACTION = re.compile(r'action="([^"]+)"')
HAS_NUMBERS = 'href="tel:'
REFERENCE = re.compile(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2}\b")

#: sent: stored, with the page that thanks. unavailable: told that nothing was stored, and whom to ring. busy: told to
#: wait. refused: the form came back otherwise. error: anything else. broken: the connection ended without an answer.
Kind = Literal["sent", "unavailable", "busy", "refused", "error", "broken"]


class Broken(Exception):
    """The connection ended, or there was none."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str
    #: From the beginning of the connection to the last byte.
    seconds: float


@dataclass
class Form:
    action: str
    fields: dict[str, str]


@dataclass
class Sent:
    """One try to send."""

    kind: Kind
    digest: str
    status: int = 0
    #: Where the page that thanks is.
    location: str = ""
    reference: str = ""
    seconds: float = 0.0
    #: Of time.time(), when the answer was there.
    at: float = 0.0
    page: str = ""


def digest_of(message: str) -> str:
    return hashlib.sha256(message.encode()).hexdigest()


async def ask(port: int, path: str, *, data: dict[str, str] | None = None, **headers: str) -> Answer:
    """One request on a connection of its own. Raises Broken."""
    began = time.perf_counter()
    body = urllib.parse.urlencode(data).encode() if data is not None else b""
    lines = {"Host": f"127.0.0.1:{port}", "Connection": "close", **headers}
    if data is not None:
        lines |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    head = f"{'GET' if data is None else 'POST'} {path} HTTP/1.1\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    writer = None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            answer = await reader.read(-1)
    except (OSError, TimeoutError) as error:
        raise Broken(type(error).__name__) from error
    finally:
        if writer:
            writer.close()
    top, separator, rest = answer.partition(b"\r\n\r\n")
    first, *others = top.decode("latin-1").split("\r\n")
    if not separator:
        raise Broken("no answer")
    found: dict[str, str] = {}
    for line in others:
        name, _, value = line.partition(": ")
        found[name.lower()] = f"{found[name.lower()]}\n{value}" if name.lower() in found else value
    if len(rest) < int(found.get("content-length", 0)):
        raise Broken("half an answer")
    return Answer(int(first.split(" ", 2)[1]), found, rest.decode(), time.perf_counter() - began)


def cookies_of(answer: Answer) -> str:
    lines = answer.headers.get("set-cookie", "").splitlines()
    return "; ".join(line.partition(";")[0] for line in lines)


def form_in(page: str, path: str) -> Form | None:
    """The form that asks for a message."""
    for text in FORM_TAG.findall(page):
        if 'name="message"' in text:
            action = ACTION.search(text.partition(">")[0])
            fields = {name: unescape(value) for name, value in HIDDEN.findall(text)}
            return Form(urllib.parse.urljoin(path, unescape(action[1])) if action else path, fields)
    return None


@dataclass
class Enquirers:
    """Everybody who writes to one site. `sent` has every try, `opened` the seconds until each form was there."""

    port: int
    sent: list[Sent] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    #: Forms that could not be opened: the status, with "bare" where the page has no number to ring, or why it broke.
    unopened: Counter[str] = field(default_factory=Counter)
    form_path: str = FORM
    people: int = 0

    def address(self) -> str:
        """Of somebody new."""
        self.people += 1
        return f"10.{self.people >> 16 & 255}.{self.people >> 8 & 255}.{self.people & 255}"

    async def open_form(self, address: str) -> Form | None:
        """Returns None, and counts it, when there is no form to be had."""
        try:
            answer = await ask(self.port, self.form_path, X_Forwarded_For=address)
            if answer.status in {301, 302}:
                self.form_path = urllib.parse.urljoin(self.form_path, answer.headers["location"])
                answer = await ask(self.port, self.form_path, X_Forwarded_For=address)
        except Broken as error:
            self.unopened[str(error)] += 1
            return None
        form = form_in(answer.body, self.form_path)
        if answer.status != 200 or form is None:
            self.unopened[f"{answer.status}{'' if HAS_NUMBERS in answer.body else ' bare'}"] += 1
            return None
        self.opened.append(answer.seconds)
        return form

    async def send(self, form: Form, message: str, address: str) -> Sent:
        """Send the form, and look at the page it leads to unless that is the one that thanks."""
        sent = await self._send(form, message, address)
        sent.at = time.time()
        self.sent.append(sent)
        return sent

    async def _send(self, form: Form, message: str, address: str) -> Sent:
        digest = digest_of(message)
        try:
            answer = await ask(
                self.port, form.action, data=form.fields | ANSWERS | {"message": message}, X_Forwarded_For=address
            )
            location, seconds = answer.headers.get("location", ""), answer.seconds
            if answer.status == 303 and "/sent/" in location:
                return Sent("sent", digest, 303, location, seconds=seconds)
            page, status = answer.body, answer.status
            if status in {302, 303}:
                shown = await ask(self.port, location, Cookie=cookies_of(answer), X_Forwarded_For=address)
                page, status = shown.body, shown.status
        except Broken as error:
            return Sent("broken", digest, page=str(error))
        return Sent(_judge(page, status), digest, status, seconds=seconds, page=page)

    async def read_reference(self, sent: Sent) -> str:
        """What the page that thanks says."""
        answer = await ask(self.port, sent.location)
        found = REFERENCE.search(answer.body)
        sent.reference = found[0].replace("-", "") if found else ""
        return sent.reference

    async def write(self, *, retries: bool = False) -> Sent | None:
        """Everything one person does. `retries`: whose connection breaks, sends the same form until it is answered."""
        address = self.address()
        form = await self.open_form(address)
        while retries and form is None:
            await asyncio.sleep(0.3)
            form = await self.open_form(address)
        if form is None:
            return None
        await asyncio.sleep(FILLING_SECONDS)
        message = new_message()
        sent = await self.send(form, message, address)
        while retries and sent.kind != "sent":
            await asyncio.sleep(0.3)
            sent = await self.send(form, message, address)
        return sent

    def kinds(self) -> Counter[Kind]:
        return Counter(each.kind for each in self.sent)

    def acknowledged(self) -> list[Sent]:
        return [each for each in self.sent if each.kind == "sent"]

    def save(self, path: Path) -> None:
        """For `tests.faults.stored`: one line for each acknowledged enquiry."""
        rows = [asdict(each) | {"page": ""} for each in self.acknowledged()]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def new_message() -> str:
    return f"What we would like you to know. {secrets.token_hex(200)}"


def _judge(page: str, status: int) -> Kind:
    """What a page says that is not the one that thanks."""
    has_numbers = HAS_NUMBERS in page
    says_unsaved = "not saved" in page
    if says_unsaved and has_numbers and (status == 429 or "wait ten minutes" in page):
        return "busy"
    if says_unsaved and has_numbers:
        return "unavailable"
    return "refused" if status in {200, 422, 429} and form_in(page, "/") else "error"


async def at_rate(do: Callable[[], Awaitable[object]], *, a_second: float, seconds: float) -> None:
    """Begin `do` so often, however long each takes. Returns when all have ended."""
    began = time.perf_counter()
    tasks = []
    for number in range(round(a_second * seconds)):
        await asyncio.sleep(max(0.0, began + number / a_second - time.perf_counter()))
        tasks.append(asyncio.create_task(do()))
    await asyncio.gather(*tasks)


async def at_once(do: Callable[[], Awaitable[object]], *, people: int, until: Callable[[], bool]) -> None:
    """So many people at the same time, each of whom begins anew until it is over."""

    async def one() -> None:
        while not until():
            await do()

    await asyncio.gather(*(one() for _ in range(people)))
