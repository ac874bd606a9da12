"""`python -m bench.read_path`: what reading a page costs, beside an empty view on the same server in the same run.

- kept: pages of every kind that were asked for before, as long as nothing changed;
- 304: the same asked for by a browser that has them;
- first: a page that nobody asked for since the last change, and cold: the first page of all after one (`bench.pages`).

All addresses go through the same middleware, server and client, in turns, so that the ratios hardly depend on the
machine. Exit status 1 when a floor or a ceiling is missed.
"""

import argparse
import gzip
import json
import re
import shutil
import subprocess
import sys
import urllib.request
from statistics import harmonic_mean, median

from bench.pages import PAGES
from bench.site import filled_site
from tests.running_site import RunningSite

EMPTY = "/health/live"
ARTICLES = 1200
#: Requests a second over those of an empty view.
FLOORS = {"kept": 0.8, "304": 0.9}
#: Milliseconds of processor time, queries, and bytes as they are sent.
CEILINGS = {"kept ms": 0.5, "first ms": 5, "queries": 4, "queries of any page": 6, "bytes": 15_360}
#: Of these the first read is held to `first ms` and `queries`.
HELD = ["article", "home", "list"]


def rate(site: RunningSite, path: str, etag: str = "") -> float:
    """Requests a second, in one second."""
    headers = ["-H", "Accept-Encoding: gzip", *(["-H", f"If-None-Match: {etag}"] if etag else [])]
    command = ["wrk", "-t1", "-c4", "-d1s", *headers, site.url + path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if re.search(r"Non-2xx|Socket errors: .*[1-9]", done.stdout):
        sys.exit(f"the server answered with errors:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def fetch(site: RunningSite, path: str) -> tuple[bytes, str]:
    """A page as it is sent to browsers, and its entity tag."""
    request = urllib.request.Request(site.url + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), answer.headers.get("ETag", "")


def measure(site: RunningSite, rounds: int) -> int:
    costs = json.loads(site.run("-m", "bench.pages", LOG_LEVEL="ERROR"))
    pages = {path: fetch(site, path) for name, path in PAGES.items() if name in costs}
    sheets = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', gzip.decompress(pages["/"][0]))
    css = sum(len(fetch(site, sheet.decode())[0]) for sheet in sheets)
    html = max(len(body) for body, _etag in pages.values())

    ratios: dict[str, list[float]] = {"kept": [], "304": []}
    for _round in range(rounds):
        empty = rate(site, EMPTY)
        kept = harmonic_mean(rate(site, path) for path in pages)
        unchanged = harmonic_mean(rate(site, path, etag) for path, (_body, etag) in pages.items())
        print(f"empty {empty:6.0f}, kept {kept:6.0f}, 304 {unchanged:6.0f} requests/s", flush=True)
        ratios["kept"].append(kept / empty)
        ratios["304"].append(unchanged / empty)
    found = {name: median(numbers) for name, numbers in ratios.items()} | {
        "kept ms": max(page["kept"]["ms"] for page in costs.values()),
        "first ms": max(costs[name]["first"]["ms"] for name in HELD),
        "queries": max(costs[name]["cold"]["queries"] for name in HELD),
        "queries of any page": max(case["queries"] for page in costs.values() for case in page.values()),
        "bytes": max(html, css),
    }
    for name, page in costs.items():
        cases = (f"{case} {cost['ms']:5.2f} ms, {cost['queries']} queries" for case, cost in page.items())
        print(f"  {name:14} {'; '.join(cases)}")
    print(f"compressed: page {html} bytes, styles {css} bytes")
    missed = {name for name, floor in FLOORS.items() if found[name] < floor}
    missed |= {name for name, ceiling in CEILINGS.items() if found[name] > ceiling}
    for name, target in (FLOORS | CEILINGS).items():
        words = "at least" if name in FLOORS else "at most"
        print(f"{name:20} {found[name]:8.2f}  {words} {target}{'  MISSED' if name in missed else ''}")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of seventeen seconds each")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not here: apt-get install wrk")
    # One process: with more, chance decides how many of the client's connections each of them gets.
    with filled_site(ARTICLES, processes=1) as site:
        return measure(site, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
