"""Header, recipient, part: can anything that is typed get into a mail? (B5)

    python -m tests.faults.injection [--database sqlite|postgres|both] [--short]

Every field of every form that the public may send is filled in with every control character and line break there is,
between a name and a header, alone and in the middle of an address. The mails that follow are sent to a real mail
server, which keeps them as they came. Ends with status 1 if one has a recipient, a header or a part too many, holds
anything that was typed, or if a job failed or had to be tried twice.
"""

from __future__ import annotations

import importlib
import os
import sys

from tests.faults.table import Table
from tests.faults.trial import on_databases


def trial(database: str, **sizes) -> Table:
    # Needs Django.
    return importlib.import_module("tests.faults.inside.injection").measure(database, **sizes)


def main(arguments: list[str] | None = None) -> int:
    os.environ |= {"STAFF_EMAIL": "duty@example.org", "LEAD_EMAIL": "lead@example.org"}
    return on_databases(
        trial,
        module="tests.faults.injection",
        purpose=__doc__,
        arguments=arguments,
        full={"signs": 100},
        short={"signs": 2},
    )


if __name__ == "__main__":
    sys.exit(main())
