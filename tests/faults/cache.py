"""The store of kept pages killed, full, silent, poisoned: is any page wrong, or late, or an error?

    python -m tests.faults.cache [--short]

A real site, two web processes, keeps its pages in a real Redis on loopback. Each fault is followed by reading every
page. Then, with the memory of each process as the store, stories are withdrawn and published again in the admin, and
each time read on fresh connections. Ends with status 1 if a page was wrong, a 5xx, or took longer than a moment.
"""

from __future__ import annotations

import argparse
import http.client
import http.cookiejar
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from tests.publishing.admin_forms import fields_of
from tests.running_site import STAFF, STAFF_PASSWORD, RunningSite, free_port

PAGES = ["/", "/news/", "/resources/", "/campaigns/", "/contact/", "/news/?page=2", "/nothing/", "/contact/write/"]
#: A reader never waits for a store longer than this. Generous: a machine that tests is busy.
LONGEST_SECONDS = 3.0
POISONS = [b"\x80garbage", b"", b"12", b"\xff" * 9000, pickle.dumps("text"), pickle.dumps(("a", 200, {}, b"not gzip"))]
ADMIN = "/admin/articles/article/"


class Store:
    """A Redis of our own on loopback."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.client = redis.Redis(port=self.port)

    def start(self, *options: str) -> None:
        plain = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *plain, *options], stdout=subprocess.DEVNULL)
        for _ in range(100):
            with suppress(redis.RedisError):
                self.client.ping()
                return
            time.sleep(0.1)
        raise RuntimeError("Redis did not start.")

    @contextmanager
    def slow(self) -> Iterator[None]:
        """It answers three times a second."""
        is_over = threading.Event()

        def pause() -> None:
            while not is_over.is_set():
                self.client.client_pause(300)
                is_over.wait(0.31)

        pausing = threading.Thread(target=pause)
        pausing.start()
        try:
            yield
        finally:
            is_over.set()
            pausing.join()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(10)


def read(site: RunningSite, path: str) -> tuple[int, bytes, float]:
    """Status, body and seconds, on a connection of its own."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path, headers={"Connection": "close"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, without_token(body), time.monotonic() - began


def without_token(body: bytes) -> bytes:
    """The enquiry form has another token and nonce each time."""
    return re.sub(rb'(nonce|value)="[^"]+"', b"", body)


class Trial:
    def __init__(self) -> None:
        self.is_well = True

    def say(self, name: str, faults: list[str], slowest: float) -> None:
        self.is_well = self.is_well and not faults
        print(f"  {name}: {'; '.join(faults[:5]) or 'right'}, slowest {slowest * 1000:.0f} ms", flush=True)

    def read_all(self, name: str, site: RunningSite, right: dict[str, tuple[int, bytes]], *, times: int) -> None:
        faults, slowest = [], 0.0
        for _ in range(times):
            for path, expected in right.items():
                status, body, seconds = read(site, path)
                slowest = max(slowest, seconds)
                if (status, body) != expected:
                    faults.append(f"{path} was wrong ({status})")
        if slowest > LONGEST_SECONDS:
            faults.append("a reader waited")
        self.say(name, faults, slowest)


def break_the_store(trial: Trial, folder: Path, *, times: int) -> None:
    """Every page is read after each fault."""
    store = Store(folder)
    store.start()
    try:
        address = f"rediscache://127.0.0.1:{store.port}/0"
        with RunningSite(folder / "redis", demo=True, CACHE_URL=address, RELEASE="faults") as site:
            right = {path: read(site, path)[:2] for path in PAGES}
            trial.read_all("kept in Redis", site, right, times=times)
            if store.client.dbsize() < 5:
                trial.say("Redis", ["nothing was kept"], 0)
            for poison in POISONS:
                for key in list(store.client.scan_iter()):
                    store.client.set(key, poison)
                trial.read_all(f"poisoned with {poison[:20]!r}", site, right, times=2)
                # For some seconds a store that failed is not asked.
                time.sleep(5.2)
            for key in list(store.client.scan_iter()):
                signature, status, headers, body = pickle.loads(store.client.get(key))
                store.client.set(key, pickle.dumps((signature, status, headers, body[:-20])))
            trial.read_all("pages that were cut short", site, right, times=2)
            for key in list(store.client.scan_iter()):
                store.client.delete(key)
                store.client.rpush(key, "another type")
            trial.read_all("lists in the place of pages", site, right, times=2)
            time.sleep(5.2)
            store.client.flushall()
            for path in PAGES:
                read(site, path)
            for key in list(store.client.scan_iter()):
                store.client.rename(key, key + b"-older")
            trial.read_all("entries of an older release", site, right, times=times)
            with store.slow():
                trial.read_all("slow", site, right, times=times)
            time.sleep(5.2)
            store.process.send_signal(signal.SIGSTOP)
            trial.read_all("stopped", site, right, times=times)
            time.sleep(5.2)
            trial.read_all("still stopped", site, right, times=times)
            store.process.send_signal(signal.SIGCONT)
            store.kill()
            trial.read_all("killed", site, right, times=times)
            time.sleep(5.2)
            trial.read_all("still away", site, right, times=times)
            store.start("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
            time.sleep(5.2)
            trial.read_all("full", site, right, times=times)
    finally:
        store.kill()


def withdraw_in_the_admin(trial: Trial, folder: Path, *, rounds: int) -> None:
    """Gone from every process at the next request, and back again."""
    with RunningSite(folder / "memory", demo=True) as site:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        opener.addheaders = [("Referer", site.url)]

        def post(address: str, **changes: str) -> None:
            form = fields_of(opener.open(site.url + address, timeout=30).read().decode()) | changes
            pairs = urllib.parse.urlencode(form, doseq=True).encode()
            opener.open(site.url + address, pairs, timeout=30).read()

        post("/admin/login/", username=STAFF, password=STAFF_PASSWORD)
        page = opener.open(site.url + ADMIN, timeout=30).read().decode()
        address = re.search(rf"{ADMIN}\d+/change/", page)
        assert address, "The list of articles is empty."
        slug = fields_of(opener.open(site.url + address[0], timeout=30).read().decode())["slug"]
        path, faults, slowest = f"/news/{slug}/", [], 0.0
        for number in range(rounds):
            for button, wanted in (("_withdraw", 410), ("_publish", 200)):
                for _ in range(10):
                    read(site, path)
                post(address[0], **{button: "1"})
                for _ in range(50):
                    status, _body, seconds = read(site, path)
                    slowest = max(slowest, seconds)
                    if status != wanted:
                        faults.append(f"{status} after {button} (round {number})")
        trial.say(f"withdrawn and published {rounds} times, read 50 times each", faults, slowest)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="each fault once")
    options = parser.parse_args(arguments)
    trial = Trial()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        if shutil.which("redis-server"):
            break_the_store(trial, Path(folder), times=2 if options.short else 10)
        else:
            print("  No Redis here: install it (apt-get install redis-server).")
            trial.is_well = False
        withdraw_in_the_admin(trial, Path(folder), rounds=1 if options.short else 5)
    print("  passed" if trial.is_well else "  FAILED", flush=True)
    return 0 if trial.is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
