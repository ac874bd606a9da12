"""`python -m bench.lighthouse`: what Lighthouse says of each kind of page, as on a middling phone with slow 4G.

Lighthouse is no part of the project. `npm install --prefix ~/lighthouse lighthouse`, then let `LIGHTHOUSE` name
`~/lighthouse/node_modules/.bin/lighthouse`, unless it is on the PATH; `CHROME_PATH` may name the browser.

It simulates the phone, so other work on the machine costs points. It refuses pages that answer with an error: they are
passed over. Pages that tell search engines to stay away are not held to its marks for search. Exit status 1 when a
target is missed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

from bench.site import asked_pages, demo_site
from tests.browser.conftest import CHROMIUM

MARKS = {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100}
#: Seconds until the largest part of the first screen stands, and how much moves after it was first drawn.
MAX_LCP, MAX_CLS = 1.5, 0.0


def noindex_of(address: str) -> bool | None:
    """Whether the page tells search engines to stay away; None when it answers with an error."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            words = answer.headers.get("X-Robots-Tag", "") + "".join(
                re.findall(r'<meta name="robots"[^>]*>', answer.read().decode())
            )
            return "noindex" in words
    except urllib.error.HTTPError:
        return None


def report_on(program: str, address: str) -> dict[str, Any]:
    command = [
        program,
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(MARKS)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    browser = {"CHROME_PATH": os.environ.get("CHROME_PATH") or CHROMIUM or ""}
    # The browser sometimes loses the beginning of its own record. What a page does is never the reason.
    for _try in range(3):
        done = subprocess.run(command, env=os.environ | browser, capture_output=True, text=True, timeout=300)
        report = json.loads(done.stdout) if done.returncode == 0 else {}
        if report and not report.get("runtimeError"):
            return report
    sys.exit(f"Lighthouse failed on {address}:\n{report.get('runtimeError') or done.stderr[-2000:]}")


def main() -> int:
    pages = asked_pages(__doc__.splitlines()[0])
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if not program:
        sys.exit(__doc__.partition("\n\n")[2])
    is_well = True
    print(f"{'':26}" + "".join(f"{mark:>16}" for mark in MARKS) + f"{'LCP s':>8}{'CLS':>8}{'KB':>8}")
    with demo_site() as site:
        for name, path in pages.items():
            is_noindex = noindex_of(site.url + path)
            if is_noindex is None:
                print(f"{name:26}  answers with an error, passed over")
                continue
            report = report_on(program, site.url + path)
            marks = {mark: round(100 * (report["categories"][mark]["score"] or 0)) for mark in MARKS}
            lcp, cls, weight = (
                report["audits"][audit]["numericValue"]
                for audit in ("largest-contentful-paint", "cumulative-layout-shift", "total-byte-weight")
            )
            missed = [mark for mark in MARKS if marks[mark] < MARKS[mark] and not (mark == "seo" and is_noindex)]
            missed += ["LCP"] if lcp / 1000 > MAX_LCP else []
            missed += ["CLS"] if round(cls, 3) > MAX_CLS else []
            is_well &= not missed
            words = "".join(f"{number:16}" for number in marks.values())
            words += f"{lcp / 1000:8.2f}{cls:8.3f}{weight / 1024:8.1f}"
            notes = ["noindex"] if is_noindex else []
            notes += [f"MISSED {', '.join(missed)}"] if missed else []
            print(f"{name:26}{words}  {'; '.join(notes)}", flush=True)
            for audit in failed_audits(report, [mark for mark in missed if mark in MARKS]):
                print(f"    {audit}")
    return 0 if is_well else 1


def failed_audits(report: dict[str, Any], categories: list[str]) -> list[str]:
    """What cost the points, by its title."""
    refs = [ref["id"] for name in categories for ref in report["categories"][name]["auditRefs"] if ref["weight"]]
    audits = [report["audits"][key] for key in refs]
    # What does not apply to the page has no score.
    failed = [audit for audit in audits if audit["score"] is not None and audit["score"] < 1]
    return [f"{audit['title']} ({audit['score']:.2f})" for audit in failed]


if __name__ == "__main__":
    sys.exit(main())
