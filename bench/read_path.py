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
import os
import re
import shutil
import statistics
import subprocess
import sys
import urllib.request
from pathlib import Path

from bench.pages import PAGES
from bench.site import filled_site, python
from tests.running_site import RunningSite

#: Requests a second over those of an empty view.
FLOORS = {"kept": 0.8, "304": 0.9}
#: Milliseconds of processor time, queries, and bytes as they are sent.
CEILINGS = {"kept ms": 0.5, "first ms": 5, "queries": 4, "queries of any page": 6, "bytes": 15_360}
#: Of these the first read is held to `first ms` and `queries`.
HELD = ["article", "home", "list"]
CONNECTIONS = 4
WRK_SCRIPT = """
local requests, number = {}, 0
function init()
  for line in io.lines("%s") do
    local path, etag = line:match("(%%S+) (.*)")
    local headers = {["Accept-Encoding"] = "gzip"}
    if etag ~= "" then headers["If-None-Match"] = etag end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end
function request()
  number = number %% #requests + 1
  return requests[number]
end
"""


def rate(site: RunningSite, name: str, paths: dict[str, str], seconds: int) -> float:
    """Requests a second of paths in turn, each asked for with its entity tag, if it has one."""
    listed, script = site.folder / f"{name}.txt", site.folder / f"{name}.lua"
    listed.write_text("".join(f"{path} {etag}\n" for path, etag in paths.items()))
    script.write_text(WRK_SCRIPT % listed)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), site.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if re.search(r"Non-2xx|Socket errors: .*[1-9]", done.stdout):
        sys.exit(f"the server answered with errors:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


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


def fetch(site: RunningSite, path: str) -> tuple[bytes, str]:
    """A page as it is sent to browsers, and its entity tag."""
    request = urllib.request.Request(site.url + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), answer.headers.get("ETag", "")


def sizes(site: RunningSite) -> tuple[int, int]:
    """Compressed bytes of the largest page and of its styles."""
    pages = [fetch(site, path)[0] for path in PAGES.values() if "500" not in path]
    sheets = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', gzip.decompress(pages[0]))
    css = b"".join(urllib.request.urlopen(site.url + sheet.decode(), timeout=20).read() for sheet in sheets)
    return max(map(len, pages)), len(gzip.compress(css, 9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3, help="of each of the rounds")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--articles", type=int, default=1200, help="published beside the demonstration's")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL in place of SQLite")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not here: apt-get install wrk")
    # One process: with more, chance decides how many of the client's connections each of them gets.
    on = "postgresql" if options.postgresql else "sqlite"
    with filled_site(options.articles, on=on, processes=1, settings_module="bench.settings") as site:
        sys.exit(measure(site, options))


def measure(site: RunningSite, options: argparse.Namespace) -> int:
    first = json.loads(python(site, "bench.pages"))
    html, css = sizes(site)
    paths = [path for name, path in PAGES.items() if name in first]
    asked = {
        "empty": {"/bench/empty/": ""},
        "kept": dict.fromkeys(paths, ""),
        "304": {path: fetch(site, path)[1] for path in paths},
    }
    costs: dict[str, list[float]] = {name: [] for name in asked}
    ratios: dict[str, list[float]] = {"kept": [], "304": []}
    for name, one in asked.items():
        rate(site, name, one, 1)
    for _round in range(options.rounds):
        rates = {}
        for name, one in asked.items():
            before = processor_seconds(site)
            rates[name] = rate(site, name, one, options.seconds)
            costs[name].append(1000 * (processor_seconds(site) - before) / (rates[name] * options.seconds))
        print(", ".join(f"{name} {number:6.0f}" for name, number in rates.items()), "requests/s", flush=True)
        for name in ratios:
            ratios[name].append(rates[name] / rates["empty"])
    found = {name: statistics.median(numbers) for name, numbers in ratios.items()}
    ms = {name: statistics.median(numbers) for name, numbers in costs.items()}
    found["kept ms"] = max(page["kept"]["ms"] for page in first.values())
    found["first ms"] = max(first[name]["first"]["ms"] for name in HELD)
    found["queries"] = max(first[name]["cold"]["queries"] for name in HELD)
    found["queries of any page"] = max(case["queries"] for page in first.values() for case in page.values())
    found["bytes"] = max(html, css)
    print("processor time a request, server and all:", ", ".join(f"{name} {cost:.2f} ms" for name, cost in ms.items()))
    for name, page in first.items():
        cases = (f"{case} {cost['ms']:5.2f} ms, {cost['queries']} queries" for case, cost in page.items())
        print(f"  {name:14} {'; '.join(cases)}")
    print(f"compressed: page {html} bytes, styles {css} bytes")
    missed = {name for name, floor in FLOORS.items() if found[name] < floor}
    missed |= {name for name, ceiling in CEILINGS.items() if found[name] > ceiling}
    for name, target in (FLOORS | CEILINGS).items():
        words = "at least" if name in FLOORS else "at most"
        print(f"{name:20} {found[name]:8.2f}  {words} {target}{'  MISSED' if name in missed else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    main()
