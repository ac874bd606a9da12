"""Every fault run: what becomes of the site when something around it breaks.

    python -m tests.faults [--short] [names]

Runs each module here that has a `main`, or those named, and ends with one line for each. With --short each does a
little, all at once, in about a minute; otherwise one after the other, so that none disturbs the times of another.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def names() -> list[str]:
    """The modules that can be run, told by their text: to import one may already set something up."""
    return sorted(path.stem for path in HERE.glob("[a-z]*.py") if "\ndef main(" in path.read_text())


def run(name: str, *, short: bool) -> tuple[str, bool]:
    """One closing line about a run, and whether it went well. What it printed comes at its end, in one piece."""
    command = [sys.executable, "-m", f"tests.faults.{name}", *(["--short"] if short else [])]
    # Nothing of this copy's own settings.
    environment = os.environ | {"ENV_FILE": os.devnull}
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(f"--- {name}\n{done.stdout.rstrip()}\n", flush=True)
    outcome = "FAILED" if done.returncode else "passed"
    return f"  {name:12} {outcome}  {time.monotonic() - began:.0f} s", not done.returncode


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("names", nargs="*", metavar="names", help=f"of {', '.join(names())}; all if left out")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names()):
        parser.error(f"there is no fault run called {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    chosen = options.names or names()
    with ThreadPoolExecutor(len(chosen) if options.short else 1) as pool:
        results = list(pool.map(lambda name: run(name, short=options.short), chosen))
    print("\n".join(line for line, _ in results))
    print(f"{sum(is_well for _, is_well in results)} of {len(results)} fault runs passed")
    return 0 if all(is_well for _, is_well in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
