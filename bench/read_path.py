"""`python -m bench.read_path`: what reading an article costs beside an empty view, on the same server in the same run.

Nothing is cached: every request asks the database. Both addresses go through the same middleware, server and client, in
turns, so that the ratio hardly depends on the machine. Floors: ratio 0.4, at most 3 queries, 15 KB of compressed HTML
and of compressed CSS. Exit status 1 when one is missed.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from tests.running_site import ROOT, RunningSite

ARTICLE, EMPTY = "/news/online-grooming-offences-record-high/", "/bench/empty/"
RATIO_FLOOR, QUERIES_CEILING, BYTES_CEILING = 0.4, 3, 15 * 1024
CONNECTIONS = 8


def rate_by_wrk(url: str, seconds: int) -> float:
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url], capture_output=True, text=True, check=True
    )
    if re.search(r"Non-2xx|Socket errors: .*[1-9]", done.stdout):
        sys.exit(f"the server answered with errors:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def rate_by_threads(url: str, seconds: int) -> float:
    """Slower than wrk and on the same cores, so it flatters the slower page a little."""
    host, _, path = url.removeprefix("http://").partition("/")
    counts = [0] * CONNECTIONS
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=20)
        while time.monotonic() < until:
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}")
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


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
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=1000, help="published beside the demonstration's")
    parser.add_argument("--database-url", default="", help="an empty database; a temporary SQLite file without it")
    options = parser.parse_args()
    rate = rate_by_wrk if shutil.which("wrk") else rate_by_threads
    with tempfile.TemporaryDirectory() as folder:
        site = RunningSite(
            Path(folder) / "site",
            demo=True,
            settings_module="bench.settings",
            database_url=options.database_url,
            LOG_LEVEL="WARNING",
        )
        with site:
            command = [sys.executable, "-m", "bench.fill", str(options.articles)]
            subprocess.run(command, cwd=ROOT, env=site.environment, check=True)
            queries, (html, css) = count_queries(site), sizes(site)
            for path in (ARTICLE, EMPTY):
                rate(site.url + path, 2)
            rounds = []
            for _round in range(options.rounds):
                empty, article = rate(site.url + EMPTY, options.seconds), rate(site.url + ARTICLE, options.seconds)
                rounds.append(article / empty)
                print(f"empty view {empty:7.0f} requests/s, article {article:7.0f} requests/s, ratio {rounds[-1]:.2f}")
    ratio = statistics.median(rounds)
    print(f"ratio, median of {options.rounds} rounds: {ratio:.2f} (floor {RATIO_FLOOR})")
    print(f"queries of the article: {queries} (ceiling {QUERIES_CEILING})")
    print(f"compressed HTML {html} bytes, CSS {css} bytes (ceiling {BYTES_CEILING} each)")
    missed = ratio < RATIO_FLOOR or queries > QUERIES_CEILING or max(html, css) > BYTES_CEILING
    sys.exit("a floor was missed" if missed else 0)


if __name__ == "__main__":
    main()
