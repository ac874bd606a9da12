"""Every fault run: what becomes of the site when something around it breaks.

    python -m tests.faults [--short] [names]

Runs each module here that has a `main`, or those named, and two benchmarks. Each prints a table for each database:
figure, target, measured, and "ok" or "MISSED" ("-" where nothing is judged). Ends with one line for each run, and with
status 1 if any missed a target. The figures are those of docs/trust.md.

| run       | what happens                                                                          | figures    |
|-----------|---------------------------------------------------------------------------------------|------------|
| load      | 20 people a second write, then 25 or 40 beside 50 readers, then 200 at once           | L1, L2, L3 |
| web       | web processes are killed while people write                                           | F1         |
| jobs      | workers are killed while they send, and the mail server is away                       | F2         |
| smtp      | a mail server has each fault there is                                                 | F3         |
| speed     | how soon staff hear; six hours without a mail server; the form beside a silent one    | F4, F3     |
| database  | PostgreSQL crashes while people write                                                 | F5         |
| power     | the power goes off: what SQLite's files then hold, by a journal of a real site        | F6         |
| disk      | the disk is full while people write                                                   | F7         |
| clock     | a worker's clock is ten years off                                                     | F8         |
| skew      | clocks are a day apart; the deletion meets a clock ten years ahead                    | F8         |
| workers   | four workers share a queue; one form arrives 200 times at once                        | F9         |
| cache     | the store of kept pages is killed, full, silent, poisoned                             |            |
| stored    | enquiries stored a second beside a bare loop and a bare prototype (`bench.stored`)    | L1         |
| desk      | the desk's list with 10,000 enquiries (`bench.desk`)                                  |            |

With --short each does a little, four at a time, within three minutes in all, and no times are judged: the machine has
other work. Otherwise they run one after the other, which takes an hour; leave the machine alone meanwhile. Needs
faketime, strace, PostgreSQL, Redis, and root (or sudo without a password) to mount a small disk.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


#: Those that measure what becomes of enquiries.
BENCHMARKS = ["stored", "desk"]
#: More would only wait for each other.
AT_ONCE = 4


def modules() -> dict[str, str]:
    """The modules that can be run, told by their text: to import one may already set something up."""
    found = {path.stem: f"tests.faults.{path.stem}" for path in sorted(HERE.glob("[a-z]*.py")) if is_run(path)}
    return found | {name: f"bench.{name}" for name in BENCHMARKS if is_run(ROOT / "bench" / f"{name}.py")}


def is_run(path: Path) -> bool:
    return path.exists() and "\ndef main(" in path.read_text()


def run(name: str, *, short: bool, template: str) -> tuple[str, bool]:
    """One closing line about a run, and whether it went well. What it printed comes at its end, in one piece."""
    command = [sys.executable, "-m", modules()[name], *(["--short"] if short else [])]
    # Nothing of this copy's own settings.
    environment = os.environ | {"ENV_FILE": os.devnull, "FAULTS_TEMPLATE": template}
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
    known = list(modules())
    parser.add_argument("names", nargs="*", metavar="names", help=f"of {', '.join(known)}; all if left out")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(known):
        parser.error(f"there is no fault run called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = options.names or known
    # Here the first run prepares a database for all (`tests.faults.sites`). PostgreSQL reads it from another account.
    with (
        tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as template,
        ThreadPoolExecutor(AT_ONCE if options.short else 1) as pool,
    ):
        Path(template).chmod(0o755)
        results = list(pool.map(lambda name: run(name, short=options.short, template=template), chosen))
    print("\n".join(line for line, _ in results))
    print(f"{sum(is_well for _, is_well in results)} of {len(results)} fault runs passed")
    return 0 if all(is_well for _, is_well in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
