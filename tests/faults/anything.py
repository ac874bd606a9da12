"""Any text at all, in every form: is it stored and readable, or refused with words? (B2)

    python -m tests.faults.anything [--database sqlite|postgres|both] [--short]

Hypothesis fills in each form that the public may send, and each form on the page of an enquiry at the duty desk, with
any text: all of Unicode, half characters, NUL, towers of marks, texts that grow when they are normalised. Ends with
status 1 if an answer was a 5xx, a stored text came back changed, or a refusal said nothing.
"""

from __future__ import annotations

import importlib
import sys

from tests.faults.table import Table
from tests.faults.trial import on_databases


def trial(database: str, **sizes) -> Table:
    # Needs Django.
    return importlib.import_module("tests.faults.inside.anything").measure(database, **sizes)


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.anything",
        purpose=__doc__,
        arguments=arguments,
        full={"examples": 10_000},
        short={"examples": 200},
    )


if __name__ == "__main__":
    sys.exit(main())
