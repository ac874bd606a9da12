"""People and programs write: who of them is set apart? (P6)

    python -m tests.faults.spam [--database sqlite|postgres|both] [--short]

Two labelled sets (`tests.faults.letters`) are sent to the real form, mixed, all within one hour: many more than an hour
ever brings, so that people repeat each other more than they ever will. The second set was written before the rules, and
no rule was adjusted to it. A message that was refused, with its text shown again, counts as kept from the desk. Ends
with status 1 if a person was refused or more than 1 in 100 were set apart, if fewer than 95 in 100 programs were kept
from the desk, or if the list that staff see lacks one of those set apart.
"""

from __future__ import annotations

import importlib
import sys

from tests.faults.table import Table
from tests.faults.trial import on_databases


def trial(database: str, **sizes) -> Table:
    # Needs Django.
    return importlib.import_module("tests.faults.inside.spam").measure(database, **sizes)


def main(arguments: list[str] | None = None) -> int:
    return on_databases(
        trial,
        module="tests.faults.spam",
        purpose=__doc__,
        arguments=arguments,
        full={"people": 500, "programs": 1_000, "least_kept": 0.95},
        # The first few of each kind pass: among few programs they are many.
        short={"people": 40, "programs": 80, "least_kept": 0.5},
    )


if __name__ == "__main__":
    sys.exit(main())
