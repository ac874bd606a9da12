"""`python -m bench.parsers`: the time of every parser and pattern within a visitor's reach for 100 kB of the worst.

Each is given texts made to keep it busy: long runs of what it looks for, almost matches, nested and never closed. The
site runs in this process; the forms are given through the real middleware as well. Exit status 1 when the median of
three takes longer than 100 ms of processor time. `--short` tries each text once, and again only what was slow.
"""

import argparse
import importlib
import logging
import statistics
import sys
import time
from collections.abc import Callable

from tests.faults.table import Table
from tests.properties.__main__ import empty_site

LARGEST, LONGEST_HEADER, TARGET = 100_000, 8_190, 0.1
PIECES = [
    *"aŵ1-.,:;/\\'\"([{<&%@=+ \n\t\u00a0\u0301\ufdfa\u202e\ud7ff",
    *(
        "\r\n",
        "0x",
        "www.",
        "http://",
        "https://a.",
        "[url",
        "<a ",
        "a@",
        "a.a",
        "@a.",
        '"a" ',
        "%ED%A0",
        "%00",
        "<!--",
    ),
    *("1 ", "1st ", "Mon ", "14 October 2039 ", "AB3-", "{{", "{%", "a=b&", "a=b; ", "charset=", "👩‍👩‍👧"),
    *("gzip;q=", 'W/"a",', "1.1.1.1, ", "::", "[2001:"),
]


def adversarial() -> list[str]:
    """Texts of 100 kB."""
    texts = []
    for piece in PIECES:
        run = piece * (LARGEST // len(piece))
        texts += [run, f"a{run}!", f"{run[: LARGEST // 2]}@{run[: LARGEST // 2]}"]
    return texts


def seconds(parse: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    parse(text)
    return time.process_time() - began


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args(arguments)
    table = Table("100 kB of the worst (B6)")
    texts = adversarial()[:: 4 if options.short else 1]
    with empty_site("sqlite"):
        logging.disable()
        reachable = importlib.import_module("bench.reachable")
        for name, parse in reachable.parsers().items():
            worst, of = 0.0, ""
            # The web server refuses longer headers.
            for text in (text[: LONGEST_HEADER if name in reachable.HEADERS else LARGEST] for text in texts):
                took = seconds(parse, text)
                if took > worst:
                    # What else the machine does is not the parser's fault.
                    took = statistics.median([took, seconds(parse, text), seconds(parse, text)])
                    worst, of = max((worst, of), (took, text[:8]))
            table.at_most(f"{name}, slowest for {of[:4]!a}", worst, TARGET)
    table.show()
    return 0 if table.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
