"""Random edits and clocks: is any cached page ever out of date?

    python -m tests.properties [--minutes 10] [--database sqlite|postgresql] [--steps 25]

Goes on until the minutes are over or a counter-example is found. Prints how many examples, steps and pages were tried,
and what the steps were. Ends with status 1 for a counter-example.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.postgresql import postgresql_programs, throwaway_postgresql

#: A new seed after so many examples, so that a run ends in time.
ROUND = 5


@contextmanager
def empty_site(database: str) -> Iterator[None]:
    """Django on a migrated database of its own."""
    with ExitStack() as stack:
        if database == "postgresql":
            programs = postgresql_programs()
            if programs is None:
                sys.exit("No PostgreSQL here: install it (apt-get install postgresql).")
            os.environ["TEST_DATABASE_URL"] = stack.enter_context(throwaway_postgresql(programs))
        # Puts the variables of tests into the environment.
        importlib.import_module("tests.settings")
        os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.properties.settings", "LOG_LEVEL": "CRITICAL"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        yield


def search(*, minutes: float, steps: int) -> int:
    from django.db import connection
    from hypothesis import HealthCheck, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.properties.always_fresh import COUNTS, AlwaysFresh, environment_of_readers
    from tests.properties.reader import SecondProcess

    many = settings(
        max_examples=ROUND,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    began, found = time.monotonic(), 0
    with SecondProcess(environment_of_readers()) as AlwaysFresh.second:
        while not found and time.monotonic() - began < minutes * 60:
            try:
                run_state_machine_as_test(AlwaysFresh, settings=many)
            except Exception:
                traceback.print_exc()
                found = 1
    connection.close()
    for name, count in sorted(COUNTS.items()):
        print(f"  {count:7} {name}")
    print(
        f"{connection.vendor}: {(time.monotonic() - began) / 60:.1f} minutes, {COUNTS['examples']} examples, "
        f"{COUNTS['steps']} steps, {COUNTS['pages compared']} pages compared, counter-examples: {found}",
        flush=True,
    )
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--steps", type=int, default=25)
    options = parser.parse_args(arguments)
    with empty_site(options.database):
        return search(minutes=options.minutes, steps=options.steps)


if __name__ == "__main__":
    sys.exit(main())
