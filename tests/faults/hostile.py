"""Hostile texts in every field, looked at in a real browser: does one run, and is each shown as it was typed? (B1)

    python -m tests.faults.hostile [--database sqlite|postgresql|both] [--short] [--texts 5000]

Chromium fills in the form of a running site with texts made by `tests.faults.texts`, many to a page. They are looked at
where they are shown again: in the form that comes back with a mistake, in the list and on the page of an enquiry at the
desk; and in the mails, which must hold none. The browser listens for dialogs, messages on the console, requests to
elsewhere and violations of the site's policy. Before that a page without protection shows that it would hear them. Ends
with status 1 if something ran, an answer was a 5xx, or a text that was taken is not shown to the letter.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, WATCH
from tests.faults.table import Table
from tests.faults.texts import hostile_texts
from tests.postgresql import throwaway_postgresql
from tests.running_site import STAFF, STAFF_PASSWORD, RunningSite

LIST = "/admin/enquiries/enquiry/"
REFERENCE = re.compile(r"\b([A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2})\b")
#: Characters that a field takes at least: how many texts go into it at once.
ROOM = {"paragraph": 900, "line": 200}
PATIENCE_SECONDS, TOKENS = 4, 12
USUAL = {"email": "parent@example.org", "phone": "01632 960 001"}

FORM = "[...document.forms].find((form) => form.elements.token)"
#: What people type in: its name, and whether it is a line or a paragraph.
TYPED = f"""() => Object.fromEntries([...({FORM})?.elements ?? []]
  .filter((one) => one.matches("textarea, [type=text], [type=email], [type=tel]") && !one.closest("[hidden]"))
  .map((one) => [one.name, one.rows > 1 ? "paragraph" : "line"]))"""
#: Fill in, and say what the browser made of it.
FILL = f"""(values) => Object.fromEntries(Object.entries(values).map(([name, value]) => {{
  const one = ({FORM}).elements[name];
  one.value = value;
  return [name, one.value];
}}))"""
READ = f"""(names) => Object.fromEntries(names.map((name) => [name, ({FORM})?.elements[name]?.value]))"""
#: Choose an answer of each question; of those not named the first.
CHOOSE = f"""(chosen) => {{
  const seen = new Set();
  for (const one of ({FORM}).elements) {{
    if (!["radio", "checkbox"].includes(one.type)) continue;
    if (one.name in chosen) one.checked = one.value === chosen[one.name];
    else if (one.type === "radio" || one.value !== "on") one.checked = !seen.has(one.name);
    seen.add(one.name);
  }}
}}"""
OFFERED = f"""(name) => [...({FORM}).elements].filter((one) => one.name === name).map((one) => one.value)"""
SEND = f"() => HTMLFormElement.prototype.submit.call({FORM})"
WRONG = f"""() => [...({FORM})?.elements ?? []].filter((one) => one.ariaInvalid === "true").map((one) => one.name)"""
SHOWN = "() => (document.querySelector('#content-main') ?? document.body).textContent"


@dataclass
class Watched:
    """A browser of its own and all that it should never be seen to do."""

    context: BrowserContext
    site: str
    ran: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(30_000)
        self.context.add_init_script(WATCH)
        self.page: Page = self.context.new_page()
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: message.type != "debug" and self.ran.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.ran.append(f"error: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _dialog(self, dialog) -> None:
        self.ran.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request) -> None:
        if not request.url.startswith((self.site, "data:", "about:")):
            self.ran.append(f"request: {request.url}")

    def _response(self, response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url.removeprefix(self.site)}")
        elif response.status >= 400:
            # Chromium writes each onto the console, and the form comes back with 422.
            self.ran = [each for each in self.ran if "Failed to load resource" not in each]

    def look(self, *, at: str = "") -> None:
        """Collect what only the page itself knows."""
        if at:
            self.page.goto(self.site + at)
        self.ran += self.page.evaluate("() => [...(window.__violations ?? []), ...(window.ran ? ['window.ran'] : [])]")
        self.ran = [each for each in self.ran if "the server responded with a status of 4" not in each]

    def submit(self) -> None:
        with self.page.expect_navigation():
            self.page.evaluate(SEND)
        self.look()


def usual(name: str) -> str:
    return next((value for part, value in USUAL.items() if part in name), "")


class Trial:
    def __init__(self, site: RunningSite, browser: Browser, texts: list[str]):
        self.site, self.texts = site, texts
        self.visitor = Watched(browser.new_context(locale="en-GB"), site.url)
        self.staff = Watched(browser.new_context(locale="en-GB"), site.url)
        self._numbers = count(1)
        self.tokens: deque[tuple[float, str]] = deque()
        self.path = "/contact/write/"
        #: References with what was typed into each field.
        self.sent: dict[str, dict[str, list[str]]] = {}
        self.tried: set[tuple[str, str]] = set()
        self.changed: list[str] = []

    def open(self) -> None:
        number = next(self._numbers)
        self.visitor.context.set_extra_http_headers(
            {"X-Forwarded-For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
        )
        self.visitor.look(at=self.path)
        # Send with the token of a page that was opened a while ago, or it is quarantined and mails nobody.
        self.keep_token()
        opened, token = self.tokens.popleft()
        time.sleep(max(0.0, opened + PATIENCE_SECONDS - time.monotonic()))
        self.visitor.page.evaluate(FILL, {"token": token})

    def keep_token(self) -> None:
        self.tokens.append((time.monotonic(), self.visitor.page.evaluate(READ, ["token"])["token"]))

    def send(self, values: dict[str, str], chosen: dict[str, str]) -> tuple[str, list[str]]:
        """Send what is on the screen with these answers. Returns the reference, or the fields that were refused."""
        page = self.visitor.page
        page.evaluate(FILL, values)
        page.evaluate(CHOOSE, chosen)
        self.visitor.submit()
        for _ in range(3):
            if not page.evaluate(f"() => Boolean({FORM})") or page.evaluate(TYPED):
                break
            # A page that asks whether this is right.
            self.visitor.submit()
        if page.evaluate(TYPED):
            return "", page.evaluate(WRONG)
        found = REFERENCE.search(page.inner_text("main"))
        return (found[1].replace("-", "") if found else ""), []

    def stored(self, references: list[str]) -> dict[str, dict[str, str]]:
        """The texts that the site keeps, by reference and field."""
        (self.site.folder / "references.json").write_text(json.dumps(references))
        path = self.site.folder / "answers.json"
        self.site.manage("shell", "-v0", "-c", DUMP.format(folder=str(self.site.folder)), LOG_LEVEL="ERROR")
        return json.loads(path.read_text())

    def variants(self) -> Iterator[tuple[dict[str, str], set[str]]]:
        """The answers that decide which questions fit, each with the text fields that are then kept."""
        for _ in range(TOKENS):
            self.visitor.look(at=self.path)
            self.keep_token()
        typed = self.visitor.page.evaluate(TYPED)
        questions = {name: self.visitor.page.evaluate(OFFERED, name) for name in ("who", "reply_by")}
        probes: dict[str, dict[str, str]] = {}
        kept: dict[str, set[str]] = {}
        self.refusing: set[str] = set()
        longest = max(map(len, questions.values()), default=1)
        for place in range(longest):
            # Each answer of each question once.
            chosen = {name: offered[place % len(offered)] for name, offered in questions.items() if offered}
            chosen["is_about_staff"] = ""
            values = {name: usual(name) or f"probe 123 {name}" for name in typed}
            for _ in range(3):
                self.open()
                # Those that take only what looks like an address or a date are tried where they refuse.
                values |= dict.fromkeys(self.refusing, "") | {name: usual(name) for name in self.refusing}
                reference, refused = self.send(values, chosen)
                if reference:
                    probes[reference] = chosen
                    break
                self.refusing.update(refused)
        for reference, answers in self.stored(list(probes)).items():
            kept[reference] = {name for name in typed if answers.get(name)} - self.refusing - set(USUAL)
        # What takes no text of this kind is tried where it refuses.
        self.kinds, self.never = typed, set(typed).difference(*kept.values())
        missing = set(typed) - self.never
        for reference in sorted(kept, key=lambda reference: len(kept[reference]), reverse=True):
            if kept[reference] & missing:
                missing -= kept[reference]
                yield probes[reference], kept[reference]

    def run(self) -> None:
        variants = list(self.variants())
        left = {name: deque(self.texts) for name in self.kinds}
        while any(left.values()):
            for chosen, kept in variants:
                if any(left[name] for name in {*kept, *self.never}):
                    batch = {name: self.take(left[name], ROOM[self.kinds[name]]) for name in {*kept, *self.never}}
                    self.try_batch(batch, chosen, kept)

    @staticmethod
    def take(left: deque[str], room: int) -> list[str]:
        taken: list[str] = []
        while left and sum(map(len, taken)) + len(taken) + len(left[0]) <= room:
            taken.append(left.popleft())
        return taken

    def try_batch(self, batch: dict[str, list[str]], chosen: dict[str, str], kept: set[str]) -> None:
        page = self.visitor.page
        self.open()
        values = page.evaluate(FILL, {name: " ".join(texts) for name, texts in batch.items()})
        # Nothing chosen yet: the form comes back.
        self.visitor.submit()
        back = page.evaluate(READ, list(values))
        self.changed += [
            f"form, {name}: {values[name][:60]!a}" for name in values if flat(back[name] or "") != flat(values[name])
        ]
        self.tried |= {(name, text) for name, texts in batch.items() for text in texts}
        again = {name: usual(name) for name in self.never} | {name: values[name] or "Words" for name in kept}
        reference, refused = self.send(again, chosen)
        if not reference and refused:
            reference, refused = self.send(dict.fromkeys(refused, "Words 123"), chosen)
        if not reference:
            self.changed.append(f"neither stored nor refused: {refused} {page.url}")
            return
        self.sent[reference] = {name: values[name] for name in kept if name not in refused and values[name]}

    def look_at_the_desk(self) -> None:
        page = self.staff.page
        self.staff.look(at="/admin/login/")
        page.fill("#id_username", STAFF)
        page.fill("#id_password", STAFF_PASSWORD)
        page.click("[type=submit]")
        for number in range(1, len(self.sent) // 100 + 2):
            self.staff.look(at=f"{LIST}?p={number}")
        answers = self.stored(list(self.sent))
        for reference, values in self.sent.items():
            self.staff.look(at=f"{LIST}{reference}/change/")
            shown = flat(page.evaluate(SHOWN))
            for name, text in values.items():
                if flat(answers[reference].get(name) or "") != flat(text):
                    self.changed.append(f"stored, {reference} {name}: {text[:60]!a}")
                elif flat(text) not in shown:
                    self.changed.append(f"desk, {reference} {name}: {text[:60]!a}")


DUMP = """
import json, pathlib
from enquiries.models import Enquiry
folder = pathlib.Path({folder!r})
rows = Enquiry.objects.in_bulk(json.loads((folder / "references.json").read_text()))
kept = {{key: {{name: getattr(row.answers, name) for name in row.answers.__slots__
         if isinstance(getattr(row.answers, name), str)}} for key, row in rows.items()}}
(folder / "answers.json").write_text(json.dumps(kept))
"""


def flat(text: str) -> str:
    """Without line breaks and spaces: a field of one line makes one of the other, and pages break lines too."""
    return re.sub(r"[ \r\n]+", "", text)


def hears(browser: Browser) -> int:
    """How much the listeners hear on a page that lets everything run."""
    watched = Watched(browser.new_context(), "about:")
    watched.page.set_content("<img src='data:,' onerror='alert(1); console.error(1); window.ran = 1'>")
    watched.page.wait_for_timeout(200)
    watched.look()
    watched.context.close()
    return len(watched.ran)


def measure(database: str, *, texts: int) -> bool:
    table = Table(f"hostile texts, {database} (B1)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        address = stack.enter_context(throwaway_postgresql()) if database == "postgresql" else ""
        site = stack.enter_context(RunningSite(folder / "site", worker=True, database_url=address, TRUSTED_PROXIES="1"))
        site.manage("shell", "-v0", "-c", MAKE_STAFF)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        heard = hears(browser)
        trial = Trial(site, browser, hostile_texts(texts))
        trial.run()
        trial.look_at_the_desk()
        mails = [str(message) for message in site.inbox.messages]
    ran = trial.visitor.ran + trial.staff.ran
    fields = sorted({name for name, _text in trial.tried})
    table.row("texts; text fields", f"{texts}", f"{len(trial.texts)}; {len(fields)}", is_met=len(trial.texts) >= texts)
    table.row("tried of all pairs of text and field", "100 %", f"{len(trial.tried) / len(fields) / texts:.1%}",
              is_met=len(trial.tried) == len(fields) * texts)  # fmt: skip
    table.row("enquiries stored; mails", "", f"{len(trial.sent)}; {len(mails)}", is_met=bool(trial.sent and mails))
    table.row("heard from a page without protection", "> 1", heard, is_met=heard > 1)
    table.none("scripts run, dialogs, console, policy, requests elsewhere", ran)
    table.none("answers 5xx", trial.visitor.faults + trial.staff.faults)
    table.none("taken, and not shown to the letter (form, desk)", trial.changed)
    long = [text for text in trial.texts if len(text) > 8]
    table.none("mails that hold a text", [mail for mail in mails if any(text in mail for text in long)])
    table.row("export as CSV", "", "there is none yet", is_met=None)
    table.show()
    return table.is_met


MAKE_STAFF = f"""
from django.contrib.auth.models import Group, User
user = User.objects.create_user({STAFF!r}, password={STAFF_PASSWORD!r}, is_staff=True)
user.groups.set(Group.objects.all())
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"])
    parser.add_argument("--short", action="store_true", help="few texts, on SQLite unless told")
    parser.add_argument("--texts", type=int)
    options = parser.parse_args(arguments)
    if CHROMIUM is None:
        print("No Chromium here: install it (apt-get install chromium) or set CHROMIUM to its path.")
        return 1
    chosen = options.database or ("sqlite" if options.short else "both")
    databases = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
    met = [measure(database, texts=options.texts or (30 if options.short else 5_000)) for database in databases]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
