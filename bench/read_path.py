"""`python -m bench.read_path`: what reading an article costs beside an empty view, on the same server in the same run.

No answer is cached: every request asks the database for the page, for what stands beside it and for its frame. What
follows from an edition alone was made when it was published and comes with it; the rest is made for each request, of
parts that the process remembers by the rows they follow from (`{% remember %}`). Two figures are given:

- again: one article asked for over and over, as in the hours in which everybody reads the same story;
- first: a thousand articles in turn, so that none has been read lately.

All addresses go through the same middleware, server and client, in turns, so that the ratios hardly depend on the
machine. Floors: 0.4 for both articles, at most 3 queries, 15 KB of compressed HTML and of compressed CSS. Exit status 1
when one is missed.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.postgresql import postgresql_programs, throwaway_postgresql
from tests.running_site import ROOT, RunningSite

ARTICLE = "/news/online-grooming-offences-record-high/"
RATIO_FLOOR, QUERIES_CEILING, BYTES_CEILING = 0.4, 3, 15 * 1024
CONNECTIONS = 4


# Goes through the addresses of a file, one after the other, from all connections together.
WRK_SCRIPT = """
local paths, number = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
function request()
  number = number %% #paths + 1
  return wrk.format("GET", paths[number])
end
"""


def rate_by_wrk(site: RunningSite, paths: list[str], seconds: int) -> float:
    listed, script = site.folder / "paths.txt", site.folder / "paths.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(WRK_SCRIPT % listed)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), site.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if re.search(r"Non-2xx|Socket errors: .*[1-9]", done.stdout):
        sys.exit(f"the server answered with errors:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def rate_by_threads(site: RunningSite, paths: list[str], seconds: int) -> float:
    """Slower than wrk and on the same cores, so it flatters the slower page a little."""
    counts = [0] * CONNECTIONS
    turn = itertools.cycle(paths)
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
        while time.monotonic() < until:
            path = next(turn)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            counts[number] += 1

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(ask, range(CONNECTIONS)))
    return sum(counts) / seconds


def processor_seconds(site: RunningSite) -> float:
    """What the server's processes have used so far; 0 where the system does not tell."""
    server = site.children[0].pid
    children = Path(f"/proc/{server}/task/{server}/children")
    if not children.exists():
        return 0.0
    ticks = 0
    for child in children.read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def count_queries(site: RunningSite) -> int:
    """Asked of Django itself, in a process of its own with the same database."""
    code = (
        "from django.test import Client; from django.db import connection;"
        "from django.test.utils import CaptureQueriesContext as C; c = Client(HTTP_HOST='127.0.0.1');"
        f"c.get('{ARTICLE}'); q = C(connection); q.__enter__(); r = c.get('{ARTICLE}'); q.__exit__(None, None, None);"
        "assert r.status_code == 200; print('queries', len(q))"
    )
    return int(re.search(r"queries (\d+)", site.manage("shell", "-v0", "-c", code))[1])


def sizes(site: RunningSite) -> tuple[int, int]:
    page = urllib.request.urlopen(site.url + ARTICLE, timeout=20).read()
    sheets = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page)
    css = b"".join(urllib.request.urlopen(site.url + sheet.decode(), timeout=20).read() for sheet in sheets)
    return len(gzip.compress(page, 6)), len(gzip.compress(css, 9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=4, help="of each of the rounds")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2, help="of the server's one process")
    parser.add_argument("--articles", type=int, default=1200, help="published beside the demonstration's")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL in place of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        address = ""
        if options.postgresql:
            programs = postgresql_programs()
            if programs is None:
                sys.exit("No PostgreSQL here: install it (apt-get install postgresql).")
            address = stack.enter_context(throwaway_postgresql(programs))
        measure(options, address)


def measure(options: argparse.Namespace, database_url: str) -> None:
    rate = rate_by_wrk if shutil.which("wrk") else rate_by_threads
    asked = {
        "empty": ["/bench/empty/"],
        "again": [ARTICLE],
        "first": [f"/news/story-{number}/" for number in range(options.articles)],
    }
    ratios: dict[str, list[float]] = {"again": [], "first": []}
    costs: dict[str, list[float]] = {name: [] for name in asked}
    with tempfile.TemporaryDirectory() as folder:
        site = RunningSite(
            Path(folder) / "site",
            demo=True,
            # One process: with more, chance decides how many of the client's connections each of them gets.
            processes=1,
            threads=options.threads,
            settings_module="bench.settings",
            database_url=database_url,
        )
        with site:
            command = [sys.executable, "-m", "bench.fill", str(options.articles)]
            subprocess.run(command, cwd=ROOT, env=site.environment, check=True)
            queries, (html, css) = count_queries(site), sizes(site)
            for paths in asked.values():
                rate(site, paths, 2)
            for _round in range(options.rounds):
                found = {}
                for name, paths in asked.items():
                    before = processor_seconds(site)
                    found[name] = rate(site, paths, options.seconds)
                    spent = processor_seconds(site) - before
                    costs[name].append(1000 * spent / (found[name] * options.seconds))
                print(", ".join(f"{name} {number:6.0f}" for name, number in found.items()), "requests/s")
                for name, numbers in ratios.items():
                    numbers.append(found[name] / found["empty"])
    again, first = (statistics.median(numbers) for numbers in ratios.values())
    empty_ms, again_ms, first_ms = (statistics.median(numbers) for numbers in costs.values())
    if empty_ms:
        print(f"processor time a request: empty {empty_ms:.2f} ms, again {again_ms:.2f} ms, first {first_ms:.2f} ms")
        print(f"ratios by processor time: again {empty_ms / again_ms:.2f}, first {empty_ms / first_ms:.2f}")
    print(f"article read again, ratio to an empty view: {again:.2f} (floor {RATIO_FLOOR})")
    print(f"article read first, ratio to an empty view: {first:.2f} (floor {RATIO_FLOOR})")
    print(f"queries of the article: {queries} (ceiling {QUERIES_CEILING})")
    print(f"compressed HTML {html} bytes, CSS {css} bytes (ceiling {BYTES_CEILING} each)")
    missed = min(again, first) < RATIO_FLOOR or queries > QUERIES_CEILING or max(html, css) > BYTES_CEILING
    sys.exit("a floor was missed" if missed else 0)


if __name__ == "__main__":
    main()
